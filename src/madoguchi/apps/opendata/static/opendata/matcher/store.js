/* Gets the book: one GET, kept in IndexedDB together with its ETag. Only the public book is ever kept, never an answer. */

const NAME = "madoguchi-matcher";
const ROW = "book";

function database() {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(NAME, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore("kept");
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  });
}

async function kept(mode, work) {
  const opened = await database();
  try {
    return await new Promise((resolve, reject) => {
      const asked = work(opened.transaction("kept", mode).objectStore("kept"));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
  } finally {
    opened.close();
  }
}

/** Return {book, fresh}; fresh is false where the network does not answer and the kept book is used. Throws without either. */
export async function loadBook(address) {
  const before = await kept("readonly", (store) => store.get(ROW)).catch(() => undefined);
  try {
    const headers = before ? { "If-None-Match": before.etag } : {};
    const answer = await fetch(address, { headers, credentials: "omit" });
    if (answer.status === 304 && before) return { book: before.book, fresh: true };
    if (!answer.ok) throw new Error(String(answer.status));
    const book = await answer.json();
    const row = { etag: answer.headers.get("ETag") ?? "", book };
    await kept("readwrite", (store) => store.put(row, ROW)).catch(() => undefined);
    return { book, fresh: true };
  } catch (problem) {
    if (before) return { book: before.book, fresh: false };
    throw problem;
  }
}
