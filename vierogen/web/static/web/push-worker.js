/* Shows a warning that arrives by web push (RFC 8030), also when Vierogen is not open.
   The message is JSON: {title, body, url, tag}. It holds no content of posts, only what to look at. */
"use strict";

self.addEventListener("push", (event) => {
  const message = event.data ? event.data.json() : {};
  event.waitUntil(
    self.registration.showNotification(message.title || "Vierogen", {
      body: message.body || "",
      // The same alarm again replaces the earlier one, and sounds again.
      tag: message.tag || "vierogen",
      renotify: true,
      requireInteraction: true,
      data: { url: message.url || "/" },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  // Only pages of our own: a message cannot lead elsewhere.
  const wanted = new URL(event.notification.data.url, self.location.origin);
  const address = wanted.origin === self.location.origin ? wanted.href : self.location.origin;
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((windows) => {
      const open = windows.find((window) => window.url === address);
      return open ? open.focus() : self.clients.openWindow(address);
    }),
  );
});
