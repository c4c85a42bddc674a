// Shows what the push service brings, and opens its page on this site when it is pressed. It keeps nothing.
"use strict";

const INBOX = "/me/inbox/";

function told(event) {
  try {
    return event.data ? event.data.json() : {};
  } catch {
    return {};
  }
}

// Only the path counts: a message can never lead to another site.
function address(url) {
  try {
    const given = new URL(url, self.location.origin);
    return new URL(given.pathname + given.search, self.location.origin).href;
  } catch {
    return new URL(INBOX, self.location.origin).href;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("push", (event) => {
  const message = told(event);
  event.waitUntil(
    self.registration.showNotification(message.title || "Madoguchi", {
      body: message.body || "",
      tag: message.tag || "madoguchi",
      lang: message.lang === "en" ? "en" : "ja",
      icon: "/static/site/icon.svg",
      data: { url: address(message.url || INBOX) },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const url = (event.notification.data && event.notification.data.url) || address(INBOX);
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((open) => {
      const same = open.find((page) => page.url === url);
      return same ? same.focus() : self.clients.openWindow(url);
    }),
  );
});
