"""The `tidehall` command: what an administrator types.

For: translating words of a command line into calls; each verb is a few lines. Heavy parts are imported by the verb that
needs them, so that `--help` is quick.
What goes wrong is said in one line on stderr, in Chinese and English, and the exit code is not 0.
"""

from datetime import date, timedelta
from functools import wraps
from pathlib import Path
from typing import Annotated

import typer

from app import devicecli, reportcli, whatifcli
from app.core.rights import DEVICE_ROLES, LoginTaken, Role
from app.settings import Settings
from app.terminal import fail, hall_path, honest

app = typer.Typer(
    help="潮汐大厅 TideHall: tickets, windows and the tide of a service hall.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)
hall_app = typer.Typer(help="大厅文件 The hall file.", no_args_is_help=True)
user_app = typer.Typer(help="人员 People who sign in.", no_args_is_help=True)
token_app = typer.Typer(help="设备密钥 Keys of devices and programs.", no_args_is_help=True)
db_app = typer.Typer(help="数据库 The database.", no_args_is_help=True)
app.add_typer(hall_app, name="hall")
app.add_typer(user_app, name="user")
app.add_typer(token_app, name="token")
app.add_typer(db_app, name="db")
devicecli.install(app)
whatifcli.install(app)


# -- running ----------------------------------------------------------------------------------------------------


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
) -> None:
    """启动服务 Run the server until Ctrl-C."""
    from app.main import run

    run(**{name: value for name, value in (("host", host), ("port", port)) if value is not None})


@app.command()
def demo(
    hall: Annotated[str, typer.Option(help="county, township, or a hall file")] = "county",
    day: Annotated[str, typer.Option(help="`real` lets a day happen, `none` is the empty hall")] = "real",
    speed: Annotated[float, typer.Option(help="hall seconds per real second")] = 60.0,
    trace: Annotated[Path | None, typer.Option(help="a recorded day to replay, as CSV")] = None,
) -> None:
    """演示 A hall with simulated devices and people, on real ports."""
    from app.demo import run_demo

    with honest():
        raise typer.Exit(run_demo(Settings(), hall, day, speed, trace))


@app.command()
@wraps(reportcli.report)
def report(**asked: object) -> None:
    """See reportcli.py."""
    with honest():
        reportcli.report(**asked)  # type: ignore[arg-type]


# -- the hall file ----------------------------------------------------------------------------------------------


@hall_app.command("check")
def hall_check(file: Annotated[str, typer.Argument(help="a hall file, or `county`, `township`")]) -> None:
    """检查 Name every mistake of a hall file, with its line."""
    from app.hallfile import load, report

    path = hall_path(file)
    plan, findings = load(path, date.today())
    print(report(path.name, plan, findings))
    raise typer.Exit(0 if plan else 1)


@hall_app.command("import")
def hall_import(file: Annotated[str, typer.Argument(help="a hall file, or `county`, `township`")]) -> None:
    """导入 Let a hall be as its file says, from now on; a running server follows within seconds."""
    from app.hallfile import load, report
    from app.office import adopt

    path = hall_path(file)
    plan, findings = load(path, date.today())
    if plan is None or findings:
        print(report(path.name, plan, findings))
    if plan is None:
        raise typer.Exit(1)
    with honest():
        changed = adopt(Settings(), plan)
    print(f"{plan.name} {plan.name_en} ({plan.code}): {'已导入 imported' if changed else '无变化 no change'}")


@hall_app.command("export")
def hall_export(
    file: Annotated[Path, typer.Argument(help="where to write the file")],
    hall: Annotated[str, typer.Option(help="the hall's code, where there are several")] = "",
) -> None:
    """导出 Write a hall as a file."""
    from app.hallfile import export
    from app.office import plan_of

    with honest():
        plan = plan_of(Settings(), hall)
    if plan is None:
        fail(f"数据库中没有这个大厅:{hall or '(无)'}", f"The database has no such hall: {hall or '(none)'}")
    export(plan, file)
    print(file)


# -- people and keys --------------------------------------------------------------------------------------------


@user_app.command("add")
def user_add(
    login: str,
    name: Annotated[str, typer.Option(help="what colleagues read")] = "",
    role: Annotated[Role, typer.Option(help="clerk, supervisor or administrator")] = Role.CLERK,
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="at least 8 characters"),
    ] = "",
) -> None:
    """新增人员 Add somebody who signs in."""
    from app.office import people

    if role in DEVICE_ROLES:
        fail(f"{role} 是设备身份,请用 tidehall token issue", f"{role} is a device: use tidehall token issue")
    with honest(), people(Settings()) as (staff, now):
        try:
            staff.add_user(login, name or login, role, password, now)
        except LoginTaken:
            fail(f"用户名 {login} 已被使用", f"Somebody has the login {login} already")
        except ValueError as error:
            fail("密码至少 8 个字符", str(error))
    print(f"{login} ({role})")


@app.command()
def holder(
    number: Annotated[
        str, typer.Option(prompt="证件号码 identity number", hide_input=True, help="asked for; not shown")
    ],
) -> None:
    """证件摘要 The keyed hash of an identity number, for [[registered_agent]] of a hall file. The number is not kept."""
    from app.core.errors import WrongIdentity
    from app.holders import Holders, key_of
    from app.identity import kind_of
    from drivers.wire.idnumber import fault

    settings = Settings()
    if not settings.card_key and settings.sqlite_path is None:
        fail(
            "没有设置 TIDEHALL_CARD_KEY,摘要每次启动都会改变。请先设置一个长的密钥。",
            "TIDEHALL_CARD_KEY is not set, so the hash would change with every start. Set a long key first.",
        )
    typed = number.strip().upper()
    if wrong := fault(kind_of(typed), typed):
        refusal = WrongIdentity(why=wrong, why_zh="号码不成立")
        fail(refusal.text("zh"), refusal.text("en"))
    print(Holders(key_of(settings)).card(typed, kind_of(typed)))


@token_app.command("issue")
def token_issue(
    role: Annotated[Role, typer.Argument(help="kiosk, screen, pad, agent or program")],
    holder: Annotated[str, typer.Argument(help="what carries the key; names it for revoking")],
    hall: Annotated[str, typer.Option(help="the only hall that it opens (empty: all)")] = "",
    kiosk: Annotated[str, typer.Option(help="for a kiosk: its name in the hall file")] = "",
    window: Annotated[int | None, typer.Option(help="for a pad: the number of its window")] = None,
    days: Annotated[int | None, typer.Option(help="ends after so many days (empty: until revoked)")] = None,
) -> None:
    """发放密钥 Print a new key, once."""
    from app.office import people

    if role not in DEVICE_ROLES:
        fail(f"{role} 需要用密码登录", f"A {role} signs in with a password")
    if role is Role.KIOSK and not kiosk:
        fail("请用 --kiosk 指定取号机名称", "Name the kiosk with --kiosk, as in the hall file")
    if role is Role.PAD and window is None:
        fail("请用 --window 指定评价器所在的窗口号", "Name the pad's window with --window")
    with honest(), people(Settings()) as (staff, now):
        lasts = timedelta(days=days) if days else None
        print(staff.issue_token(role, holder, now, hall=hall, kiosk=kiosk, window=window, lasts=lasts))


@token_app.command("revoke")
def token_revoke(
    holder: Annotated[str, typer.Argument(help="whose keys end")] = "",
    token: Annotated[str, typer.Option(help="the one key that ends")] = "",
) -> None:
    """作废密钥 End the keys of a holder, or one key; a running server follows within 5 seconds."""
    from app.office import people

    if not holder and not token:
        fail("请说明持有者或密钥", "Name a holder or a key")
    with honest(), people(Settings()) as (staff, now):
        print(staff.revoke(now, holder=holder, token=token))


@db_app.command("upgrade")
def db_upgrade() -> None:
    """升级 Create or migrate the tables."""
    from app.store.migrate import SCHEMA, upgrade

    settings = Settings()
    with honest():
        upgrade(settings)
    print(f"{settings.database.rpartition('@')[2]}: {SCHEMA}")


@db_app.command("snapshot")
def db_snapshot(hall: Annotated[str, typer.Argument(help="the hall's code")]) -> None:
    """快照 Keep a hall as it is, so that the next start is quick; a running server does so by itself."""
    from app.office import keep_snapshot

    try:
        with honest():
            seq = keep_snapshot(Settings(), hall)
    except OSError as error:
        fail(f"快照无法写入:{error}", f"The snapshot could not be written: {error}")
    if not seq:
        fail(f"数据库中没有这个大厅:{hall}", f"The database has no such hall: {hall}")
    print(f"{hall}: {seq}")
