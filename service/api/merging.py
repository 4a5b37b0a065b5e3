"""JSON Merge Patch (RFC 7396)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any


def merge_patch(target: Any, patch: Any, *, anew: Collection[str] = ()) -> Any:
    """`target` as `patch` changes it: objects merge, null removes, all else replaces. As deep as `patch`; bound it before.

    Beyond the standard, an object of `patch` with a field among `anew` replaces what is there: the field says of what kind the object
    is, and what is left of another kind would not go with it.
    """
    if not isinstance(patch, Mapping):
        return patch
    merged = dict(target) if isinstance(target, Mapping) and not any(name in patch for name in anew) else {}
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = merge_patch(merged.get(name), value, anew=anew)
    return merged
