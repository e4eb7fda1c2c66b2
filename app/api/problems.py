"""Everything that can be refused over HTTP, as RFC 9457 problems.

    {"type": "/problems/window-has-ticket", "title": "…", "status": 409, "detail": "…",
     "rule": "window-has-ticket", "field": "window", "texts": {"zh": "…", "en": "…"}}

`type` is stable and opens a page that explains the rule. `detail` is in the language of `Accept-Language`, `texts` in
both. `field` is the field at fault, empty where none is. Whose fault it is shows in the status: 4xx the asker's or the
moment's, 503 the machine's (and then nothing has changed).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from app.api.schemas import Problem, Texts
from app.core import errors
from app.core.errors import NoKey, NotNow, NotYours, Refusal, Unknown, Wrong
from app.core.record import Answer, StoreTrouble
from app.service import KeyReused

MEDIA_TYPE = "application/problem+json"

STATUS: tuple[tuple[type[Refusal], int], ...] = ((Unknown, 404), (NotYours, 403), (NotNow, 409), (Wrong, 422))
"""The HTTP status of each family of refusals."""

STORE_TEXTS = {
    "full": Texts(
        zh="磁盘已满,未能保存,什么都没有改变。请联系管理员清理磁盘后再试。",
        en="The disk is full: nothing was saved and nothing has changed. Ask the administrator to free space, then try again.",
    ),
    "locked": Texts(
        zh="数据库正被其他程序占用,未能保存,什么都没有改变。请稍后再试。",
        en="Another program holds the database: nothing was saved and nothing has changed. Please try again shortly.",
    ),
    "missing": Texts(
        zh="数据库尚未建立或版本不符。请管理员运行 tidehall db upgrade。",
        en="The database is not set up for this version. The administrator runs: tidehall db upgrade",
    ),
    "broken": Texts(
        zh="数据库出错,未能保存,什么都没有改变。请联系管理员。",
        en="The database failed: nothing was saved and nothing has changed. Please tell the administrator.",
    ),
}
"""What people are told when the database could not be written."""


def language(request: Request) -> str:
    """`en` only if it is asked for before Chinese."""
    accepted = request.headers.get("accept-language", "").lower()
    en, zh = accepted.find("en"), accepted.find("zh")
    return "en" if en >= 0 and (zh < 0 or en < zh) else "zh"


def problem(status: int, rule: str, title: str, texts: Texts, lang: str, field: str = "") -> Answer:
    """A problem as an answer."""
    body = Problem(
        type=f"/problems/{rule}",
        title=title,
        status=status,
        detail=texts.en if lang == "en" else texts.zh,
        rule=rule,
        field=field,
        texts=texts,
    )
    return Answer(status, body.model_dump_json().encode(), MEDIA_TYPE)


def refusal_problem(refusal: Refusal, lang: str) -> Answer:
    """A refusal of the hall as an answer."""
    status = (
        401
        if isinstance(refusal, NoKey)
        else next((code for family, code in STATUS if isinstance(refusal, family)), 409)
    )
    texts = Texts(zh=refusal.text("zh"), en=refusal.text("en"))
    return problem(status, refusal.rule, refusal.rule.replace("-", " "), texts, lang, refusal.field)


def store_problem(trouble: StoreTrouble, lang: str) -> Answer:
    """The database's trouble as an answer."""
    return problem(503, f"store-{trouble.kind}", "not stored", STORE_TEXTS[trouble.kind], lang)


def to_response(answer: Answer) -> Response:
    """An answer as a response."""
    media_type = MEDIA_TYPE if answer.status >= 400 else answer.kind
    headers = {"retry-after": "2"} if answer.status == 503 else None
    return Response(answer.body, answer.status, headers, media_type if answer.body else None)


KEY_REUSED = Texts(
    zh="这个 Idempotency-Key 已用于另一个请求,请换一个新的。",
    en="This Idempotency-Key was used for another request. Use a new one for each new request.",
)
SETUP_CODE_USED = Texts(
    zh="这个设置链接已使用或已过期。请重新启动服务以获得新的链接。",
    en="This set-up link was used or is too old. Start the server again for a new one.",
)
WRONG_PASSWORD = Texts(
    zh="用户名或密码不正确。连续输错五次后需等待五分钟。",
    en="Login or password are wrong. After five wrong tries please wait five minutes.",
)
LOGIN_TAKEN = Texts(zh="这个用户名已被使用。", en="Somebody has this login already.")
TOO_LARGE = Texts(zh="请求内容过大。", en="The request is too large.")


def rules() -> Iterator[type[Refusal]]:
    """Every refusal that the core can make, for the page that explains them."""
    families = {Refusal, Unknown, NotNow, NotYours, Wrong}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind not in families:
            yield kind


def _validation_texts(found: Sequence[Any]) -> tuple[str, Texts]:
    first = found[0] if found else {"loc": ("body",), "msg": "invalid"}
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "path", "query", "header"))
    said = str(first["msg"])
    return field, Texts(
        zh=f"请求有误({field or '内容'}):{said}。",
        en=f"The request is wrong at {field or 'its body'}: {said}.",
    )


def install(app: FastAPI) -> None:
    """Teach `app` to answer with problems, whatever goes wrong."""

    @app.exception_handler(Refusal)
    async def _refusal(request: Request, refusal: Refusal) -> Response:
        return to_response(refusal_problem(refusal, language(request)))

    @app.exception_handler(StoreTrouble)
    async def _trouble(request: Request, trouble: StoreTrouble) -> Response:
        return to_response(store_problem(trouble, language(request)))

    @app.exception_handler(KeyReused)
    async def _reused(request: Request, _: KeyReused) -> Response:
        return to_response(
            problem(422, "key-reused", "key reused", KEY_REUSED, language(request), "Idempotency-Key")
        )

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> Response:
        field, texts = _validation_texts(error.errors())
        return to_response(problem(422, "bad-request-body", "bad request", texts, language(request), field))

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        said = str(error.detail)
        texts = Texts(zh=f"请求无法处理:{said}。", en=f"The request cannot be handled: {said}.")
        rule = {404: "no-such-page", 405: "method-not-allowed", 400: "bad-request-body"}.get(
            error.status_code, "http"
        )
        return to_response(problem(error.status_code, rule, said, texts, language(request)))

    @app.exception_handler(Exception)
    async def _bug(request: Request, _: Exception) -> Response:
        texts = Texts(
            zh="系统出错了,错误已记入日志。请再试一次或联系管理员。",
            en="Something is broken on our side and was written to the log. Try again, or tell the administrator.",
        )
        return to_response(problem(500, "our-fault", "our fault", texts, language(request)))
