"""Certificates for servers on loopback, good and bad, of an authority that only the tests trust."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

YEAR = timedelta(days=365)
LOOPBACK: tuple[x509.GeneralName, ...] = (x509.IPAddress(ip_address("127.0.0.1")), x509.DNSName("localhost"))
SOMEWHERE_ELSE: tuple[x509.GeneralName, ...] = (x509.DNSName("other.example"),)


@dataclass(frozen=True)
class Authority:
    """Issues certificates into files in `folder`, each with its key; `now` is the real time. Its own is `ca.pem`."""

    folder: Path
    now: datetime
    key: ec.EllipticCurvePrivateKey
    name: x509.Name

    @property
    def file(self) -> Path:
        """What somebody trusts who trusts it."""
        return self.folder / "ca.pem"

    def issue(self, file: str, *names: x509.GeneralName, until: timedelta = YEAR) -> Path:
        """A certificate for these names, valid from a year ago until so long from now."""
        return self._issue(file, self.name, self.key, names, until)

    def self_signed(self, file: str, *names: x509.GeneralName) -> Path:
        """One that vouches for itself."""
        return self._issue(file, None, None, names, YEAR)

    def _issue(
        self,
        file: str,
        issuer: x509.Name | None,
        signer: ec.EllipticCurvePrivateKey | None,
        names: tuple[x509.GeneralName, ...],
        until: timedelta,
    ) -> Path:
        key, subject = ec.generate_private_key(ec.SECP256R1()), _name("a server of the tests")
        builder = _builder(subject, issuer or subject, key.public_key(), self.now - YEAR, self.now + until)
        certificate = builder.add_extension(x509.SubjectAlternativeName(names), critical=False).sign(signer or key, hashes.SHA256())
        path = self.folder / file
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        return path


def make_authority(folder: Path, now: datetime) -> Authority:
    """A new authority."""
    key, name = ec.generate_private_key(ec.SECP256R1()), _name("an authority of the tests")
    builder = _builder(name, name, key.public_key(), now - YEAR, now + YEAR)
    certificate = builder.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(key, hashes.SHA256())
    authority = Authority(folder, now, key, name)
    authority.file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return authority


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, since: datetime, until: datetime
) -> x509.CertificateBuilder:
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key)
    return builder.serial_number(x509.random_serial_number()).not_valid_before(since).not_valid_after(until)
