"""A mail server by aiosmtpd on loopback that goes wrong as it is told, for the tests of `crates/bordereau/tests/cli/smtp`.

It prints its port, then a line of JSON for each letter that it read whole. `plan` says what happens to each try:
`take`, an answer such as `451 4.3.0 later`, `rcpt 550 5.1.1 nobody` for the recipient already, `cut-before` the letter,
`cut-after` it. What comes after the plan is taken.
"""

import argparse
import asyncio
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

asked = argparse.ArgumentParser()
asked.add_argument("--tls", choices=["none", "starttls", "implicit"], default="none")
asked.add_argument("--certificate")
asked.add_argument("--key")
asked.add_argument("--user", default="")
asked.add_argument("--password", default="")
asked.add_argument("plan", nargs="*")
asked = asked.parse_args()
plan = asked.plan


class Server(SMTP):
    async def smtp_DATA(self, arg):
        if plan[:1] == ["cut-before"]:
            plan.pop(0)
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class Handler:
    async def handle_RCPT(self, server, session, envelope, address, options):
        if plan and plan[0].startswith("rcpt "):
            return plan.pop(0).removeprefix("rcpt ")
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server, session, envelope):
        act = plan.pop(0) if plan else "take"
        letter = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "is_secret": server.transport.get_extra_info("cipher") is not None,
            "user": session.auth_data or "",
            "content": envelope.content.decode(),
        }
        print(json.dumps(letter), flush=True)
        if act == "cut-after":
            server.transport.abort()
        return "250 2.0.0 queued" if act in ("take", "cut-after") else act


def authenticate(server, session, envelope, mechanism, data):
    is_right = (data.login.decode(), data.password.decode()) == (asked.user, asked.password)
    return AuthResult(success=is_right, handled=False, auth_data=data.login.decode())


async def main():
    context = None
    if asked.tls != "none":
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(asked.certificate, asked.key)
    is_starttls = asked.tls == "starttls"

    def server():
        return Server(
            Handler(),
            hostname="localhost",
            tls_context=context if is_starttls else None,
            require_starttls=is_starttls,
            authenticator=authenticate if asked.user else None,
            auth_required=bool(asked.user),
            auth_require_tls=is_starttls,
            loop=asyncio.get_running_loop(),
        )

    secret = context if asked.tls == "implicit" else None
    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0, ssl=secret)
    print(listening.sockets[0].getsockname()[1], flush=True)
    await listening.serve_forever()


asyncio.run(main())
