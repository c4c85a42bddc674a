// Connects this browser to Web Push: asks the person, subscribes, and sends the subscription with the page's own form.
// Without this script the page says how; nothing else depends on it.
"use strict";

(() => {
  const box = document.getElementById("push");
  if (!box || !("serviceWorker" in navigator) || !("PushManager" in window) || !("Notification" in window)) return;

  const part = (name) => box.querySelector(`[data-part="${name}"]`);
  const form = part("form");
  const show = (name, shown) => { part(name).hidden = !shown; };

  function send(subscription, what) {
    form.elements.subscription.value = JSON.stringify(subscription);
    form.elements.do.value = what;
    form.submit();
  }

  async function worker() {
    await navigator.serviceWorker.register(box.dataset.worker, { scope: "/" });
    return navigator.serviceWorker.ready;
  }

  function sameKey(subscription) {
    const bytes = new Uint8Array(subscription.options.applicationServerKey || []);
    const text = btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    return text === box.dataset.key;
  }

  async function turnOn() {
    if ((await Notification.requestPermission()) !== "granted") {
      show("blocked", true);
      return;
    }
    const registration = await worker();
    const old = await registration.pushManager.getSubscription();
    if (old && !sameKey(old)) await old.unsubscribe();
    send(await registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: box.dataset.key }), "add");
  }

  async function turnOff() {
    const subscription = await (await worker()).pushManager.getSubscription();
    if (!subscription) return;
    await subscription.unsubscribe();
    send(subscription, "remove");
  }

  function guarded(work) {
    return (event) => {
      event.preventDefault();
      work().catch(() => show("failed", true));
    };
  }

  async function begin() {
    const registration = await navigator.serviceWorker.getRegistration("/");
    const subscription = registration && (await registration.pushManager.getSubscription());
    show("without", false);
    show("on", !subscription);
    show("off", Boolean(subscription));
    part("on").addEventListener("click", guarded(turnOn));
    part("off").addEventListener("click", guarded(turnOff));
  }

  begin().catch(() => show("failed", true));
})();
