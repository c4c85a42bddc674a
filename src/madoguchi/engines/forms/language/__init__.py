"""The small language of conditions and calculations: reading, evaluating, naming its questions, writing it back."""
