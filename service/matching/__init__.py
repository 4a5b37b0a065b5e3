"""From words to matches with evidence: pure."""
