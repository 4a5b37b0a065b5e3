"""States whose names are one syllable in Vietnamese, each another word too: Đức is a virtue and a first name, Anh an elder brother.

They are found as they are written, accents and all, beside a word that stands by a state's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

_WRITTEN = "US Mỹ, RU Nga, FR Pháp, DE Đức, IT Ý, AT Áo, AU Úc, BE Bỉ, JP Nhật, KR Hàn, CN Trung, CZ Séc, IN Ấn, GB Anh"
_NAMES: Mapping[str, str] = {each[:2]: each[3:] for each in _WRITTEN.split(", ")}
_ALSO_HE = frozenset({"GB"})  # "Anh sẽ" is "he will"
# In, of, with, against; a state's head, government, army, parliament, people, troops: the last syllables of what comes before the name.
_BEFORE = (
    "của tại ở nước với từ sang đến tới vào rời khỏi cho giữa và quân lính phía người đảng tướng thống phủ đội trưởng sát án hội viện sứ"
    " giao dân bang cử hàng hãng phóng binh chiến"
)
# What says of a state what it does: auxiliaries, and the first syllables of verbs.
_BEHIND = (
    "sẽ đã đang muốn và bị không có phải cần được là cũng vẫn chưa nói tuyên cảnh kêu cáo phản bác đề điều cấm áp tăng giảm gửi viện mua"
    " bán yêu xác công chuẩn đồng mở rút đạt ủng lên tấn phóng bắn dùng triển siết nới họp tổ bầu trừng đánh bắt phạt thông từ cân khẳng"
)


def beside_names(code: str) -> Iterator[str]:
    """The state's name with each of these words before or behind it, as they must be written; nothing of states with longer names."""
    name = _NAMES.get(code)
    if name is None:
        return
    yield from (f"{word} {name}" for before in _BEFORE.split() for word in (before, before.capitalize()))
    if code not in _ALSO_HE:
        yield from (f"{name} {word}" for word in _BEHIND.split())
