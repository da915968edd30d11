// The page of an operation: code and strings to sign follow the form while it is filled, and the signature is made here,
// from a secret that leaves the page in no request.
'use strict';

const call = document.getElementById('call');
const secret = document.getElementById('secret');
const bytes = (text) => new TextEncoder().encode(text);
let newest = 0;

// What `do` makes of the form, in place of what stands there.
async function refresh(what) {
  const mine = ++newest;
  const body = new URLSearchParams(new FormData(call));
  body.set('do', what);
  const answer = await fetch(location.pathname, { method: 'POST', body });
  const made = new DOMParser().parseFromString(await answer.text(), 'text/html');
  if (!answer.ok || mine !== newest) return;
  for (const part of document.querySelectorAll('[data-made]')) {
    const fresh = made.getElementById(part.id);
    if (!fresh) continue;
    const open = [...part.querySelectorAll('details')].map((details) => details.open);
    part.replaceWith(fresh);
    [...fresh.querySelectorAll('details')].forEach((details, at) => { details.open = open[at] ?? details.open; });
  }
  await signAll();
}

async function signature(scheme, text) {
  const v1 = scheme === 'v1';
  const algorithm = { name: 'HMAC', hash: v1 ? 'SHA-1' : 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', bytes(secret.value + (v1 ? '&' : '')), algorithm, false, ['sign']);
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes(text)));
  return v1 ? btoa(String.fromCharCode(...mac)) : [...mac].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

// Fills in the last step of each generation; empty without a secret.
async function signAll() {
  for (const steps of document.querySelectorAll('[data-sign]')) {
    const shown = steps.querySelector('[data-signature]');
    const line = steps.querySelector('[data-curl]');
    shown.dataset.empty ??= shown.textContent;
    line.dataset.unsigned ??= line.textContent;
    const made = secret.value ? await signature(steps.dataset.sign, steps.querySelector('[data-to-sign]').textContent) : '';
    shown.textContent = made || shown.dataset.empty;
    const written = steps.dataset.sign === 'v1' ? encodeURIComponent(made) : made;
    line.textContent = line.dataset.unsigned.replace(/Signature='/, () => `Signature=${written}'`);
    steps.querySelector('[data-send]').hidden = !made;
  }
}

// Sends the request that is shown, made anew: each is good for one use.
async function send(scheme) {
  await refresh('sign');
  const steps = document.querySelector(`[data-sign="${scheme}"]`);
  const made = steps.querySelector('[data-signature]').textContent;
  const headers = new Headers();
  for (const header of steps.querySelectorAll('[data-header]')) {
    const name = header.dataset.header;
    headers.set(name, header.getAttribute('value') + (name === 'authorization' ? made : ''));
  }
  const path = steps.dataset.path + (scheme === 'v1' ? encodeURIComponent(made) : '');
  const began = performance.now();
  const answer = await fetch(path, { method: 'POST', headers, credentials: 'omit' });
  const body = await answer.text();
  const took = performance.now() - began;
  const id = /RequestId(?:":"|>)([0-9A-F-]+)/.exec(body);
  const facts = { status: answer.status, id: id ? id[1] : '', time: `${took.toFixed(1)} ms`, body };
  const sent = document.getElementById('sent');
  for (const [name, value] of Object.entries(facts)) sent.querySelector(`[data-sent="${name}"]`).textContent = value;
  sent.hidden = false;
}

if (call) {
  let waiting;
  const soon = (event) => {
    if (event.target.form !== call) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => refresh('code'), 250);
  };
  document.addEventListener('input', soon);
  document.addEventListener('change', soon);
}
if (secret) {
  if (globalThis.crypto?.subtle) secret.addEventListener('input', signAll);
  else document.getElementById('sign-trouble').hidden = false;
  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-send]');
    if (button) send(button.closest('[data-sign]').dataset.sign);
  });
}
