/** What is a link in a message of the chat, and what is shown of it. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { splitLinks } from "../../demo/chat/links.js";

/** @param {string} text */
const links = (text) =>
  splitLinks(text)
    .filter(({ href }) => href)
    .map(({ text: shown }) => shown);

test("addresses become links, and sentences keep their punctuation", () => {
  const found = {
    "see https://example.org/a?b=c#d.": ["https://example.org/a?b=c#d"],
    "(http://example.org/x_(y))": ["http://example.org/x_(y)"],
    "(https://example.org), [http://a.b/c]!": ["https://example.org", "http://a.b/c"],
    "HTTPS://EXAMPLE.org/": ["HTTPS://EXAMPLE.org/"],
    "two http://a.org http://b.org": ["http://a.org", "http://b.org"],
    "http://localhost:9009/demo/chat/#lobby": ["http://localhost:9009/demo/chat/#lobby"],
    "http://[::1]:80/": ["http://[::1]:80/"],
    "no links here: example.org, www.example.org, a@b.org": [],
  };
  for (const [text, expected] of Object.entries(found)) assert.deepEqual(links(text), expected, text);
});

test("nothing else is a link", () => {
  const not = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org",
    "blob:https://a.b/c",
    "http://",
    "https://?",
    "http://user:pw@example.org",
    "https://paypal.com@evil.example/",
    "xhttp://example.org",
    "http:/example.org",
    "http://%zz/",
    "https://a b",
  ];
  for (const text of not)
    assert.deepEqual(
      links(text).filter((link) => link !== "https://a"),
      [],
      text,
    );
});

test("an address ends where something invisible or a quote begins, and all of the text is kept", () => {
  for (const sign of ["\u202e", "\u200b", "\u2066", "\u00ad", '"', "<", ">", "\n", "\u3000", "\ufeff", "`"]) {
    assert.deepEqual(links(`http://example.org/a${sign}gpj.exe`), ["http://example.org/a"], JSON.stringify(sign));
  }
  for (const text of [
    "",
    "http://a.org",
    "x http://a.org. y https://b.org/(z) http://user@c.org",
    "<b>http://a.org</b>",
    "http://a.org ".repeat(300),
  ]) {
    assert.equal(
      splitLinks(text)
        .map((part) => part.text)
        .join(""),
      text,
    );
  }
  assert.equal(links("http://a.org ".repeat(300)).length, 50);
});

test("an address that ends with brackets without end costs no more than its length", () => {
  const brackets = ").".repeat(200_000);
  assert.deepEqual(splitLinks(`http://a${brackets}`), [{ text: "http://a", href: "http://a/" }, { text: brackets }]);
});

test("where an address does not show its host, the host is told", () => {
  /** @param {string} text */
  const host = (text) => splitLinks(text)[0].host;
  assert.equal(host("https://аpple.com/"), "xn--pple-43d.com");
  assert.equal(host("https://bücher.example"), "xn--bcher-kva.example");
  assert.equal(host("http://2130706433/"), "127.0.0.1");
  assert.equal(host("http://0x7f.1/"), "127.0.0.1");
  assert.equal(host("https://EXAMPLE.org"), undefined);
  assert.equal(host("http://example.org:80/"), undefined);
  assert.equal(host("http://example.org:8080/"), undefined);
  assert.equal(host("https://example.org"), undefined);
  assert.equal(host("https://ｅxample.org"), "example.org");
});
