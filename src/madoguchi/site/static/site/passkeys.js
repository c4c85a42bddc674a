// Carries a passkey ceremony between this server and the browser. It shows what the server says and decides nothing.
"use strict";

(() => {
  const form = document.querySelector("[data-passkey]");
  const status = document.querySelector("[data-passkey-status]");
  const missing = document.querySelector("[data-passkey-missing]");
  if (!form) return;
  if (!window.PublicKeyCredential) {
    missing.hidden = false;
    return;
  }
  form.hidden = false;

  const toBytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
  const toText = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

  const post = async (address, content) => {
    const response = await fetch(address, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "X-CSRFToken": form.elements.csrfmiddlewaretoken.value },
      body: JSON.stringify(content),
    });
    const answer = await response.json().catch(() => ({}));
    if (response.status === 403 && answer.next) {
      window.location.assign(answer.next); // the proof has become too old: it is made again on its own page
      return new Promise(() => {});
    }
    if (!response.ok) throw new Error(answer.error || form.dataset.failed);
    return answer;
  };

  const withBytes = (options) => ({
    ...options,
    challenge: toBytes(options.challenge),
    ...(options.user && { user: { ...options.user, id: toBytes(options.user.id) } }),
    excludeCredentials: (options.excludeCredentials || []).map((item) => ({ ...item, id: toBytes(item.id) })),
    allowCredentials: (options.allowCredentials || []).map((item) => ({ ...item, id: toBytes(item.id) })),
  });

  const asText = (credential) => {
    const names = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const present = names.filter((name) => credential.response[name]);
    return {
      id: credential.id,
      rawId: toText(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(present.map((name) => [name, toText(credential.response[name])])),
      clientExtensionResults: {},
    };
  };

  const explain = (problem) => {
    if (problem.name === "NotAllowedError" || problem.name === "AbortError") return form.dataset.stopped;
    if (problem.name === "InvalidStateError") return form.dataset.known || form.dataset.failed;
    return problem.constructor === Error ? problem.message : form.dataset.failed;
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    button.disabled = true;
    status.textContent = "";
    try {
      const publicKey = withBytes(await post(form.dataset.options, {}));
      const credential = await navigator.credentials[form.dataset.passkey]({ publicKey });
      const fields = { name: form.elements.name?.value, next: form.elements.next?.value };
      const answer = await post(form.dataset.finish, { ...fields, credential: asText(credential) });
      window.location.assign(answer.next);
    } catch (problem) {
      status.textContent = explain(problem);
      button.disabled = false;
    }
  });
})();
