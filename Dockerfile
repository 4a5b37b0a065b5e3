# Two stages from one image: the first builds a virtual environment, the second holds it and nothing that built it.
FROM python:3.13-slim AS builder

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build

# What articles mean is told from weights of 90 MB: `--build-arg MEANING=no` leaves them out, and words decide alone.
ARG MEANING=yes

# The libraries come before the code, so that a change of ours does not fetch them anew.
COPY requirements/build.lock requirements/run.lock requirements/meaning.lock requirements/fulltext.lock requirements/chat.lock requirements/
RUN python -m venv /opt/builder && python -m venv --without-pip /opt/venv \
 && /opt/builder/bin/pip install --require-hashes -r requirements/build.lock \
 && /opt/builder/bin/pip --python /opt/venv/bin/python install --require-hashes -r requirements/$([ "$MEANING" = no ] && echo run || echo meaning).lock -r requirements/fulltext.lock -r requirements/chat.lock

COPY pyproject.toml README.md ./
COPY service/ service/
COPY workers/ workers/
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
 && /opt/builder/bin/pip --python /opt/venv/bin/python install --no-deps --no-index dist/*.whl


FROM python:3.13-slim

RUN groupadd --gid 10001 wirewatch \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin wirewatch

COPY --from=builder /opt/venv /opt/venv

# Bytecode was written when the environment was built; the root filesystem is read-only at run time.
ENV PATH=/opt/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOME=/tmp
WORKDIR /tmp
USER 10001:10001

# What to run, and when it is healthy, is said for each service in docker-compose.yml.
CMD ["wirewatch", "--help"]
