// The what-if answers while its boxes are ticked. Without this the button does.
'use strict';

const form = document.querySelector('form[data-live]');
let asked = 0;

async function ask() {
  const mine = ++asked;
  const query = new URLSearchParams(new FormData(form));
  const address = `${form.getAttribute('action')}?${query}`;
  const answer = await fetch(address, { headers: { accept: 'text/html' } });
  // Signed out meanwhile: the answer is another page.
  if (!answer.ok || answer.redirected) { location.assign(address); return; }
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  // Only the answer to the last question is shown.
  if (mine !== asked) return;
  document.getElementById('result').replaceChildren(...page.getElementById('result').childNodes);
  history.replaceState(null, '', address);
}

form.addEventListener('change', () => { ask().catch(() => form.requestSubmit()); });
