"""The client's side of SCRAM-SHA-256, written from RFC 5802 alone: what tests hold the server's side against."""

from __future__ import annotations

import base64
import hashlib
import hmac


class ScramClient:
    """One login; `first`, then `final` for the server's challenge, then `proven` by the server's last message."""

    def __init__(self, name: str, password: str, nonce: str = "rOprNGfwEbeRWgbNEkqO", gs2: str = "n,,") -> None:
        self.bare = f"n={name},r={nonce}"
        self.first = gs2 + self.bare
        self.gs2 = gs2
        self.password = password.encode()
        self.signature = b""

    def final(self, challenge: str) -> str:
        """The proof, for the server's first message."""
        fields = dict(field.split("=", 1) for field in challenge.split(","))
        salted = hashlib.pbkdf2_hmac("sha256", self.password, base64.b64decode(fields["s"]), int(fields["i"]))
        client_key = hmac.digest(salted, b"Client Key", "sha256")
        stored_key = hashlib.sha256(client_key).digest()
        without_proof = f"c={base64.b64encode(self.gs2.encode()).decode()},r={fields['r']}"
        signed = f"{self.bare},{challenge},{without_proof}".encode()
        signature = hmac.digest(stored_key, signed, "sha256")
        proof = (int.from_bytes(client_key, "big") ^ int.from_bytes(signature, "big")).to_bytes(32, "big")
        self.signature = hmac.digest(hmac.digest(salted, b"Server Key", "sha256"), signed, "sha256")
        return f"{without_proof},p={base64.b64encode(proof).decode()}"

    def proven(self, last: str) -> bool:
        """Whether the server knows the password too."""
        return last == "v=" + base64.b64encode(self.signature).decode()
