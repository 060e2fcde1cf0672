"""What mails say: that something changed and where to look, never what it is worth, nor whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from bonded.rules.notices import Language, NoticeKind


@dataclass(frozen=True, slots=True)
class Letter:
    """What a mail says."""

    subject: str
    text: str
    html: str


SENTENCES: dict[Language, dict[NoticeKind, str]] = {
    Language.ENGLISH: {
        NoticeKind.VISIT_BOOKED: "A visit is booked.",
        NoticeKind.VISIT_REQUESTED: "A visit waits for a decision.",
        NoticeKind.VISIT_TO_DECIDE: "A visit waits for your decision.",
        NoticeKind.VISIT_MOVED: "A visit has been moved.",
        NoticeKind.VISIT_PUSHED: "A visit begins later.",
        NoticeKind.VISIT_DUTY_CHANGED: "New rates change the duty on the lots of a visit.",
        NoticeKind.VISIT_ENDED: "A visit does not take place.",
        NoticeKind.VISIT_TOMORROW: "A visit begins in a day.",
        NoticeKind.STORAGE_ENDS: "Goods must leave bond soon.",
        NoticeKind.CERTIFICATE_ENDS: "A Kimberley certificate expires soon.",
        NoticeKind.GUARANTEE_ENDS: "A guarantee ends soon.",
        NoticeKind.DUTY_DUE: "Duty is due soon.",
        NoticeKind.SEARCH_NEW_LOTS: "There are new lots in one of your searches.",
        NoticeKind.QUESTION_ASKED: "Customs asks something about a withdrawal.",
        NoticeKind.QUESTION_ANSWERED: "A question about a withdrawal is answered.",
    },
    Language.CHINESE: {
        NoticeKind.VISIT_BOOKED: "看货预约已确认。",
        NoticeKind.VISIT_REQUESTED: "看货预约正在等待审批。",
        NoticeKind.VISIT_TO_DECIDE: "有一项看货预约等待您审批。",
        NoticeKind.VISIT_MOVED: "看货预约已改期。",
        NoticeKind.VISIT_PUSHED: "看货将推迟开始。",
        NoticeKind.VISIT_DUTY_CHANGED: "新税率使看货货物的应缴税款发生变化。",
        NoticeKind.VISIT_ENDED: "看货预约不会进行。",
        NoticeKind.VISIT_TOMORROW: "看货将于一天后开始。",
        NoticeKind.STORAGE_ENDS: "保税货物的存放期限即将届满。",
        NoticeKind.CERTIFICATE_ENDS: "一份金伯利进程证书即将到期。",
        NoticeKind.GUARANTEE_ENDS: "一份担保即将到期。",
        NoticeKind.DUTY_DUE: "税款即将到缴纳期限。",
        NoticeKind.SEARCH_NEW_LOTS: "您保存的一项搜索有新货品。",
        NoticeKind.QUESTION_ASKED: "海关就一项出库申请提出了问题。",
        NoticeKind.QUESTION_ANSWERED: "有关一项出库申请的问题已得到答复。",
    },
}
INVITATIONS = {Language.ENGLISH: "Sign in to see more", Language.CHINESE: "请登录查看详情"}
DIGESTS = {Language.ENGLISH: "What happened today.", Language.CHINESE: "今日动态。"}


def letter(kind: NoticeKind, language: Language, *, url: str) -> Letter:
    """Write a notice's mail: one sentence and where to sign in, nothing else. `url` is the platform's own address."""
    sentence = SENTENCES[language][kind]
    return _letter(sentence, [sentence], language, url)


def digest_letter(kinds: Mapping[NoticeKind, int], language: Language, *, url: str) -> Letter:
    """Write a digest: each sentence once, and how often it holds; `kinds` gives the number of notices of each kind."""
    lines = [f"{count} × {SENTENCES[language][kind]}" for kind, count in sorted(kinds.items()) if count]
    return _letter(DIGESTS[language], lines, language, url)


def _letter(subject: str, lines: list[str], language: Language, url: str) -> Letter:
    invitation = INVITATIONS[language]
    paragraphs = "".join(f"<p>{line}</p>" for line in lines)
    html = (
        f'<!doctype html><html lang="{language.value}"><head><meta charset="utf-8"><title>{subject}</title></head>'
        f'<body>{paragraphs}<p><a href="{escape(url)}">{invitation}</a></p></body></html>'
    )
    text = "\n".join(lines)
    return Letter(f"Bonded Trade Platform: {subject}", f"{text}\n\n{invitation}: {url}\n", html)
