"""`tidehall devices`, `tidehall devices try`, `tidehall wire decode`, `tidehall agent`, `tidehall bench`: the fitter's verbs.

For: translating words of a command line into calls, as app/cli.py does, which adds these to its own.
What goes wrong is said in one line on stderr, in Chinese and English, and the exit code is not 0.
"""

import asyncio
import json
import logging
import subprocess
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from app.terminal import fail, hall_path

devices_app = typer.Typer(help="设备 The devices of a hall.", invoke_without_command=True)
wire_app = typer.Typer(help="线路 What bytes on a wire say.", no_args_is_help=True)

Url = Annotated[str, typer.Option(envvar="TIDEHALL_URL", help="the server, such as http://127.0.0.1:8410")]
Token = Annotated[str, typer.Option(envvar="TIDEHALL_TOKEN", help="a key of the role program")]
Hall = Annotated[str, typer.Option(help="the hall's code, where the server has several")]

NEVER: Final = "-"


@devices_app.callback()
def devices(
    context: typer.Context,
    url: Url = "http://127.0.0.1:8410",
    token: Token = "",
    hall: Hall = "",
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """设备状态 Each device of the hall: condition, last word, garbled count, latency."""
    if context.invoked_subcommand is not None:
        return
    if not token:
        fail(
            "请用 --token 或 TIDEHALL_TOKEN 给出密钥(tidehall token issue program 名称)",
            "Give a key with --token or TIDEHALL_TOKEN (tidehall token issue program NAME)",
        )
    code = hall or only_hall(url, token)
    listed = ask(f"{url.rstrip('/')}/api/v1/halls/{code}/devices", token)
    if as_json:
        print(json.dumps(listed, ensure_ascii=False, indent=1))
        return
    show(listed)


def ask(address: str, token: str) -> Any:
    """What the server answers; a refusal ends the command in its own words."""
    import httpx

    try:
        answer = httpx.get(
            address, headers={"authorization": f"Bearer {token}"} if token else {}, timeout=10.0
        )
    except httpx.HTTPError as error:
        fail(f"服务器不可达:{error}", f"The server cannot be reached: {error}")
    except (httpx.InvalidURL, ValueError) as error:
        fail(f"服务器地址有误:{error}", f"That is no address of a server: {error}")
    if answer.status_code != 200:
        try:
            texts = answer.json()["texts"]
        except (ValueError, LookupError, TypeError):
            texts = {
                "zh": f"服务器回答 {answer.status_code}",
                "en": f"The server answered {answer.status_code}",
            }
        fail(texts["zh"], texts["en"])
    return answer.json()


def only_hall(url: str, token: str) -> str:
    """The hall of a server that has one."""
    halls: list[str] = ask(f"{url.rstrip('/')}/api/v1/halls", token)
    if len(halls) != 1:
        known = ", ".join(halls) or NEVER
        fail(f"请用 --hall 指定大厅:{known}", f"Name the hall with --hall: {known}")
    return halls[0]


def show(listed: list[dict[str, Any]]) -> None:
    """The devices as a table."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in (
        "设备 device",
        "类型 kind",
        "状态 condition",
        "自 since",
        "乱码 garbled",
        "p50/p99 ms",
        "原话 last word",
    ):
        table.add_column(title, overflow="fold")
    for each in listed:
        troubles = ",".join(each["troubles"])
        latency = NEVER
        if each["latency_p50"] is not None:
            latency = f"{each['latency_p50'] * 1000:.0f}/{each['latency_p99'] * 1000:.0f}"
        table.add_row(
            each["name"],
            each["kind"],
            f"{each['health']} {troubles}".strip(),
            (each["since"] or NEVER)[:19].replace("T", " "),
            str(each["garbled"]),
            latency,
            each["word"] or NEVER,
        )
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table, markup=False)
    if not listed:
        print("没有设备,或服务器不驱动设备(TIDEHALL_DEVICES) No devices, or the server drives none")


@devices_app.command("try")
def devices_try(
    url: Annotated[str, typer.Argument(help="a device URL, such as bx5k+tcp://10.0.0.9:5005")],
    seconds: Annotated[float, typer.Option(help="how long to talk")] = 6.0,
    slip: Annotated[bool, typer.Option("--slip", help="let a printer print a test slip")] = False,
    show_card: Annotated[
        bool, typer.Option("--show-card", help="show what stands on a card; hidden without")
    ] = False,
) -> None:
    """试设备 Talk with one device; every frame in hex with its meaning."""
    from app.fitting import HINTS, converse
    from drivers.errors import BadUrl

    try:
        talk = converse(url, seconds, lambda line: print(line, flush=True), slip=slip, show_card=show_card)
        found = asyncio.run(talk)
    except BadUrl as error:
        fail(f"设备地址有误:{error}", f"That is no device URL: {error}")
    except KeyboardInterrupt:
        raise typer.Exit(130) from None
    if found.latency is not None:
        print(f"== p50 {found.latency[0] * 1000:.0f} ms, p99 {found.latency[1] * 1000:.0f} ms")
    print(f"== 乱码 garbled: {found.condition.garbled}")
    if found.cause:
        hint = HINTS[found.cause]
        print(f"{hint.zh}\n{hint.en}")
    else:
        print("设备正常\nThe device is well")
    raise typer.Exit(0 if found.cause in ("", "silent") else 1)


@wire_app.command("decode")
def wire_decode(
    dialect: Annotated[str, typer.Argument(help="escpos, bx5k, cpower, alpha, ff68, sam or stx")],
    data: Annotated[
        list[str], typer.Argument(metavar="HEX", help="bytes in hexadecimal; spaces do not matter")
    ],
    side: Annotated[str, typer.Option("--from", help="who said it: host or device")] = "device",
    as_json: Annotated[bool, typer.Option("--json", help="for programs")] = False,
) -> None:
    """解码 What some bytes say, what made no sense, and what encoding the messages gives again."""
    from drivers.wire.decode import decode

    try:
        given = bytes.fromhex(" ".join(data))
    except ValueError as error:
        fail(f"不是十六进制:{error}", f"That is not hexadecimal: {error}")
    try:
        decoded = decode(dialect, given, side)
    except ValueError as error:
        fail(f"无法解码:{error}", str(error))
    hexed = decoded.reencoded.hex().upper()
    if as_json:
        told = {"messages": decoded.messages, "garbled": decoded.garbled, "reencoded": hexed}
        print(json.dumps(told, ensure_ascii=False))
        return
    for message in decoded.messages:
        print(json.dumps(message, ensure_ascii=False))
    print(f"乱码 garbled: {decoded.garbled}")
    same = "与输入相同 the same again" if decoded.reencoded == given else "与输入不同 not the same"
    print(f"重新编码 reencoded ({same}): {decoded.reencoded.hex(' ').upper()}")


def agent(
    file: Annotated[Path, typer.Argument(metavar="DEVICES.TOML", help="the devices of this machine")],
    server: Annotated[
        str, typer.Option(envvar="TIDEHALL_SERVER", help="the server, such as wss://hall.example:443")
    ],
    token: Annotated[str, typer.Option(envvar="TIDEHALL_TOKEN", help="a key of the role agent")] = "",
    hall: Hall = "",
    memory: Annotated[
        Path | None,
        typer.Option(
            envvar="TIDEHALL_AGENT_MEMORY", help="what outlives a restart; without it beside the file"
        ),
    ] = None,
) -> None:
    """设备代理 Run the devices of this machine for a server elsewhere, until Ctrl-C."""
    from app.agent import Agent, BadDevices, read_devices, run_until_told
    from app.agentmemory import InUse, Memory

    if not token:
        fail(
            "请用 --token 或 TIDEHALL_TOKEN 给出密钥(tidehall token issue agent 名称)",
            "Give a key with --token or TIDEHALL_TOKEN (tidehall token issue agent NAME)",
        )
    scheme, _, rest = server.rstrip("/").partition("://")
    secure = {"ws": "", "http": "", "wss": "s", "https": "s"}.get(scheme)
    if secure is None or not rest:
        fail(
            f"{server} 不是服务器地址,例如 wss://hall.example",
            f"{server} is no server; wss://hall.example is one",
        )
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    for noisy in ("httpx", "websockets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    try:
        found = read_devices(file)
        kept = Memory(memory or file.with_name(file.name + ".memory"))
    except BadDevices as error:
        fail(f"设备文件有误:{error}", f"The devices file cannot be used: {error}")
    except InUse as error:
        fail(f"另一个代理正在使用 {error}", f"Another agent has {error}; give this one another with --memory")
    except OSError as error:
        fail(f"记忆文件无法写入:{error}", f"The memory file cannot be written: {error}")
    code = hall or found.hall or only_hall(f"http{secure}://{rest}", token)
    line = f"ws{secure}://{rest}/api/v1/halls/{code}/agent"
    try:
        asyncio.run(run_until_told(Agent(line, token, found.plans, kept)))
    finally:
        kept.close()


def bench(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="HALLFILE", help="a hall file, or `county`, `township`")],
) -> None:
    """模拟台 Simulate every device of a hall file on its ports; options as of python -m simulators bench."""
    command = [sys.executable, "-m", "simulators", "bench", str(hall_path(file)), *context.args]
    try:
        raise typer.Exit(subprocess.call(command))
    except KeyboardInterrupt:
        raise typer.Exit(0) from None


def install(app: typer.Typer) -> None:
    """Add these verbs to the command."""
    app.add_typer(devices_app, name="devices")
    app.add_typer(wire_app, name="wire")
    app.command()(agent)
    app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})(bench)
