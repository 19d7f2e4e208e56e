"""How connections come in: the accepting threads, and the filters that find out what a peer speaks."""
