"""Who signs in, and the keys of devices: added, changed and ended. No password and no key is ever shown again.

For: two tables of the whole server's database (app/store/people.py). A new key is told once, above the list. The last
administrator who can sign in stays one. Whoever is shut out, or gets a new password, is signed out everywhere.
Not for: the people of the hall file (names on plates), which are a table of the plan.
"""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette_admin.exceptions import ActionFailed, FormValidationError
from starlette_admin.fields import (
    BaseField,
    BooleanField,
    EnumField,
    IntegerField,
    PasswordField,
    StringField,
)
from starlette_admin.flash import flash
from starlette_admin.types import RequestAction

from app.admin.tables import TableView
from app.admin.words import label
from app.api.deps import House
from app.core.rights import DEVICE_ROLES, LoginTaken, Role


def _roles(request: Request) -> list[tuple[str, str]]:
    """The roles that a new key can carry; in the list, every one."""
    new = getattr(request.state, "action", None) is RequestAction.CREATE
    return [(each.value, each.value) for each in Role if each in DEVICE_ROLES or not new]


PERSONAL = [each for each in Role if each not in DEVICE_ROLES]


class OfficeView(TableView):
    """What both tables share."""

    def __init__(self, rooms: House, key: str, title: str, shown: Sequence[BaseField]) -> None:
        self.rooms = rooms
        super().__init__(key, title, shown)


class UsersView(OfficeView):
    """People who sign in."""

    row_actions: Sequence[str] | None = ("edit",)

    def __init__(self, rooms: House) -> None:
        shown: list[BaseField] = [
            StringField("login", label=label("login"), required=True),
            StringField("name", label="姓名 name"),
            EnumField(
                "role",
                label=label("role"),
                choices=[(each.value, each.value) for each in PERSONAL],
                select2=False,
                default=Role.CLERK.value,
            ),
            BooleanField("active", label=label("active"), default=True),
            PasswordField(
                "password",
                label=label("password"),
                help_text="至少 8 个字符;不改则留空。 At least 8 characters; empty: as it is.",
                exclude_from_list=True,
            ),
            StringField(
                "created_at", label=label("created_at"), exclude_from_create=True, exclude_from_edit=True
            ),
        ]
        super().__init__(rooms, "users", "账号 Sign-ins", shown)

    def rows(self) -> list[Any]:
        """Everybody. Blocks."""
        return self.rooms.keyring.users()

    def can_delete(self, request: Request) -> bool:
        """The journal names them: they are shut out, not forgotten."""
        return False

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """Somebody new."""
        login = (data.get("login") or "").strip()
        role = Role(data.get("role") or Role.CLERK)
        now = self.rooms.wall.now()
        try:
            await asyncio.to_thread(
                self.rooms.keyring.add_user,
                login,
                data.get("name") or login,
                role,
                data.get("password") or "",
                now,
            )
        except LoginTaken as taken:
            raise FormValidationError({"login": "账号已被使用。 Somebody has this login already."}) from taken
        except ValueError as wrong:
            raise FormValidationError({"password": f"密码太短。 {wrong}."}) from wrong
        return await self.find_by_pk(request, login)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Somebody changed. The login stays: the journal names people by it."""
        now = self.rooms.wall.now()
        role, active = Role(data.get("role") or Role.CLERK), bool(data.get("active"))
        if (role, active) != (Role.ADMINISTRATOR, True) and await asyncio.to_thread(self._is_last, str(pk)):
            raise FormValidationError(
                {"role": "这是最后一个能登录的管理员。 The last administrator who can sign in stays one."}
            )
        try:
            await asyncio.to_thread(
                self.rooms.keyring.change_user,
                str(pk),
                data.get("name") or str(pk),
                role,
                active,
                data.get("password") or "",
                now,
            )
        except ValueError as wrong:
            raise FormValidationError({"password": f"密码太短。 {wrong}."}) from wrong
        self.rooms.known_keys.clear()
        return await self.find_by_pk(request, pk)

    def _is_last(self, login: str) -> bool:
        others = [each for each in self.rows() if each.active and each.role == Role.ADMINISTRATOR]
        return [each.login for each in others] == [login]

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Nobody is forgotten."""
        raise ActionFailed("账号只能停用。 A login can only be shut out.")


class KeysView(OfficeView):
    """Keys of devices and programs, and the sign-ins that are open."""

    row_actions: Sequence[str] | None = ("delete",)

    def __init__(self, rooms: House, hall: str) -> None:
        self.hall = hall
        shown: list[BaseField] = [
            StringField("id", label=label("id"), exclude_from_create=True),
            EnumField(
                "role",
                label=label("role"),
                choices_loader=_roles,
                select2=False,
            ),
            StringField(
                "holder", label=label("holder"), required=True, help_text="什么设备拿着它。 What carries it."
            ),
            StringField("hall", label=label("hall"), exclude_from_create=True),
            StringField(
                "kiosk",
                label=label("kiosk"),
                help_text="取号机:大厅文件中的名字。 For a kiosk: its name in the hall file.",
            ),
            IntegerField(
                "days",
                label="有效天数 days",
                exclude_from_list=True,
                help_text="空:直到作废。 Empty: until it is ended.",
            ),
            StringField("created_at", label=label("created_at"), exclude_from_create=True),
            StringField("expires_at", label=label("expires_at"), exclude_from_create=True),
        ]
        super().__init__(rooms, "keys", "密钥 Keys", shown)

    def rows(self) -> list[Any]:
        """The keys of this hall that are not ended. Blocks."""
        return self.rooms.keyring.keys(self.hall, self.rooms.wall.now())

    def can_edit(self, request: Request) -> bool:
        """A key is issued or ended."""
        return False

    async def create(self, request: Request, data: dict[str, Any]) -> Any:
        """A new key, told once."""
        try:
            role = Role(data.get("role") or "")
        except ValueError as wrong:
            raise FormValidationError({"role": "请选择。 Please choose."}) from wrong
        if role not in DEVICE_ROLES:
            raise FormValidationError({"role": "请选择。 Please choose."})
        days = data.get("days")
        before = {each.id for each in await self._found(None)}
        token = await asyncio.to_thread(
            lambda: self.rooms.keyring.issue_token(
                role,
                (data.get("holder") or "").strip()[:80],
                self.rooms.wall.now(),
                hall=self.hall,
                kiosk=(data.get("kiosk") or "").strip()[:64],
                lasts=timedelta(days=int(days)) if days else None,
            )
        )
        flash(request, f"新密钥,只显示这一次。 The new key, shown only now: {token}", "success")
        return next(each for each in await self._found(None) if each.id not in before)

    async def edit(self, request: Request, pk: Any, data: dict[str, Any]) -> Any:
        """Never."""
        raise FormValidationError({"holder": "–"})

    async def delete(self, request: Request, pks: list[Any]) -> int | None:
        """Ended, at once."""
        ended = [
            await asyncio.to_thread(self.rooms.keyring.end_key, self.hall, str(each), self.rooms.wall.now())
            for each in pks
        ]
        self.rooms.known_keys.clear()
        return sum(ended)
