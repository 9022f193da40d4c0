"""Mails on standard output, for whoever looks at it anyway."""

import sys
from email.header import decode_header, make_header
from email.message import EmailMessage


class Console:
    async def send(self, mail: EmailMessage) -> None:
        text = mail.get_body(("plain",))
        content = text.get_content() if text else ""
        rule = "-" * 72
        lines = (
            rule,
            f"To: {mail['To']}",
            f"Subject: {make_header(decode_header(mail['Subject']))}",
            "",
            content,
            rule,
            "",
        )
        sys.stdout.write("\n".join(lines))
        sys.stdout.flush()
