// Checks the signature of a Wirewatch webhook (Standard Webhooks) with Node's own crypto.
import { createHmac, timingSafeEqual } from "node:crypto";

// `headers` with lower-case names, `body` the bytes as they came (a Buffer), `now` in seconds since 1970.
export function verify(secret, headers, body, now = Date.now() / 1000) {
  const id = headers["webhook-id"], timestamp = headers["webhook-timestamp"];
  if (!/^\d{1,12}$/.test(timestamp ?? "") || Math.abs(now - Number(timestamp)) > 300) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const digest = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
  const expected = Buffer.from(`v1,${digest}`);
  const given = (headers["webhook-signature"] ?? "").split(" ").map((each) => Buffer.from(each));
  return given.some((each) => each.length === expected.length && timingSafeEqual(each, expected));
}
