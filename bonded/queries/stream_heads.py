"""How far the history of a thing has come."""

from bonded.models.stream_heads import StreamHead


def latest_act(kind: str, target_id: str) -> int:
    """Give how many acts a thing has in its history, 0 for none."""
    head = StreamHead.objects.filter(stream=f"{kind}:{target_id}", table_name="bonded_activity")
    return head.values_list("position", flat=True).first() or 0
