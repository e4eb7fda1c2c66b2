"""Everything that can be refused over HTTP, as RFC 9457 problems.

    {"type": "/problems/window-has-ticket", "title": "…", "status": 409, "detail": "…",
     "rule": "window-has-ticket", "field": "window", "texts": {"zh": "…", "en": "…"}}

`type` is stable and opens a page that explains the rule. `detail` is in the language of `Accept-Language`, `texts` in
both. `field` is the field at fault, empty where none is. Whose fault it is shows in the status: 4xx the asker's or the
moment's, 503 the machine's (and then nothing has changed).
"""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI, Request, Response, WebSocket
from fastapi.exceptions import RequestValidationError, WebSocketRequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection

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


def language(connection: HTTPConnection) -> str:
    """`zh` or `en`, whichever `Accept-Language` wants more (RFC 9110 section 12.5.4); Chinese where it wants neither."""
    best, wanted = "zh", 0.0
    for part in connection.headers.get("accept-language", "").lower().split(","):
        tag, _, weight = part.partition(";")
        name = tag.strip().partition("-")[0]
        try:
            quality = float(weight.partition("=")[2] or 1.0)
        except ValueError:
            continue
        if name in ("zh", "en") and quality > wanted:
            best, wanted = name, quality
    return best


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


NOT_JSON = Texts(
    zh="请求内容不是有效的 JSON(应为 UTF-8 编码)。", en="The request is not valid JSON in UTF-8."
)
KEY_TOO_LONG = Texts(
    zh="Idempotency-Key 最多 255 个字符。", en="An Idempotency-Key has 255 characters at most."
)
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
NO_SUCH_PAGE = Texts(zh="没有这个地址。", en="There is nothing at this address.")
METHOD_NOT_ALLOWED = Texts(zh="这个地址不支持此方法。", en="This address does not take this method.")
NOT_HTTP = Texts(zh="请求无法处理。", en="The request cannot be handled.")
OUR_FAULT = Texts(
    zh="系统出错了,错误已记入日志。请再试一次或联系管理员。",
    en="Something is broken on our side and was written to the log. Try again, or tell the administrator.",
)

PLAIN: dict[int, tuple[str, Texts]] = {
    400: ("bad-request-body", NOT_JSON),
    404: ("no-such-page", NO_SUCH_PAGE),
    405: ("method-not-allowed", METHOD_NOT_ALLOWED),
    413: ("too-large", TOO_LARGE),
}
"""What the web framework itself refuses, by status."""

OURS: dict[str, Texts] = {
    "key-reused": KEY_REUSED,
    "key-too-long": KEY_TOO_LONG,
    "setup-code-used": SETUP_CODE_USED,
    "wrong-password": WRONG_PASSWORD,
    "login-taken": LOGIN_TAKEN,
    "http": NOT_HTTP,
    "our-fault": OUR_FAULT,
    **dict(PLAIN.values()),
    **{f"store-{kind}": texts for kind, texts in STORE_TEXTS.items()},
}
"""The rules that are not the hall's but this storey's."""


def rules() -> Iterator[type[Refusal]]:
    """Every refusal that the core can make, for the page that explains them."""
    families = {Refusal, Unknown, NotNow, NotYours, Wrong}
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind not in families:
            yield kind


def explanation(rule: str) -> Texts | None:
    """What a problem's `type` means, with the places for its facts; None for a rule that nobody breaks here."""
    for kind in rules():
        if kind.rule_name() == rule:
            return Texts(zh=kind.zh, en=" ".join((kind.__doc__ or "").split()))
    return OURS.get(rule)


FAULTS_ZH = {
    "missing": "缺少此项",
    "extra_forbidden": "没有这个字段",
    "string_type": "应为文字",
    "string_unicode": "应为有效的 Unicode 文字",
    "string_pattern_mismatch": "含有不允许的字符",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "literal_error": "应为 {expected} 之一",
    "enum": "应为 {expected} 之一",
    "int_type": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数字过大",
    "int_from_float": "应为整数",
    "less_than_equal": "不能大于 {le}",
    "greater_than_equal": "不能小于 {ge}",
    "model_attributes_type": "应为 JSON 对象",
    "dict_type": "应为 JSON 对象",
    "datetime_from_date_parsing": "应为日期和时间",
    "datetime_parsing": "应为日期和时间",
    "date_from_datetime_parsing": "应为日期",
    "card": "证件号码有误,请核对",
    "one": "手机号和证件号码只填一项",
}
"""pydantic's faults in Chinese, by their type, for those that a request of ours can have."""


def _validation_texts(found: Sequence[Any]) -> tuple[str, Texts]:
    """The field at fault and a sentence about it. What came is never repeated: it may be a password."""
    first: dict[str, Any] = found[0] if found else {"type": "", "loc": ("body",), "msg": "invalid"}
    if first["type"] == "json_invalid":
        return "", NOT_JSON
    field = ".".join(str(part) for part in first["loc"] if part not in ("body", "path", "query", "header"))
    en = (
        "There are characters that are not allowed"
        if first["type"] == "string_pattern_mismatch"
        else first["msg"]
    )
    zh = FAULTS_ZH.get(first["type"], "不符合要求").format_map(first.get("ctx", {}))
    return field, Texts(
        zh=f"请求有误({field or '内容'}):{zh}。",
        en=f"The request is wrong at {field or 'its body'}: {en}.",
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
        rule, texts = PLAIN.get(error.status_code, ("http", NOT_HTTP))
        title = rule.replace("-", " ")
        response = to_response(problem(error.status_code, rule, title, texts, language(request)))
        response.headers.update(error.headers or {})
        return response

    @app.exception_handler(WebSocketRequestValidationError)
    async def _no_such_screen(socket: WebSocket, _: WebSocketRequestValidationError) -> None:
        await socket.accept()
        await socket.close(4404, "no-such-page")

    @app.exception_handler(Exception)
    async def _bug(request: Request, _: Exception) -> Response:
        return to_response(problem(500, "our-fault", "our fault", OUR_FAULT, language(request)))
