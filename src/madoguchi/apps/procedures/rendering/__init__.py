"""How a page of a form is drawn and how answers are said in words; it keeps nothing and writes nothing."""
