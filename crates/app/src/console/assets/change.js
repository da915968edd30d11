// A form of a change: the call below it follows what is typed, and so does what it would do to the score. The server
// says the latter; without script a button asks for it.
'use strict';

const form = document.querySelector('form[data-change]');
const call = form.querySelector('details.call');
const line = call.querySelector('pre');

function word(text) {
  return /^[A-Za-z0-9_\-./:@=,+]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

function standIn(name) {
  return name.replace(/([a-z])([A-Z])/g, '$1_$2').replaceAll('.', '_').toUpperCase();
}

function showCall() {
  let text = `ramward call ${call.dataset.action}`;
  for (const row of call.querySelectorAll('tr[data-param]')) {
    const shown = row.querySelector('bdi');
    if (row.dataset.field) {
      const field = form.elements[row.dataset.field];
      const typed = field.type === 'checkbox' ? String(field.checked) : field.value.trim();
      row.hidden = 'optional' in row.dataset && typed === '';
      shown.textContent = (typed === '' && field.required ? standIn(row.dataset.param) : typed) + row.dataset.suffix;
    }
    if (!row.hidden) text += ` ${word(`${row.dataset.param}=${shown.textContent}`)}`;
  }
  line.textContent = text + call.dataset.version;
}

let asked = 0;
let timer;
async function showEffect() {
  const mine = ++asked;
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (form.elements[name].type !== 'password') body.append(name, value);
  }
  body.append('preview', '1');
  const answer = await fetch(form.action, { method: 'POST', body });
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const effect = page.getElementById('effect');
  if (mine === asked && effect) document.getElementById('effect').replaceChildren(...effect.childNodes);
}

form.addEventListener('input', () => {
  showCall();
  if (!form.querySelector('button[name="preview"]')) return;
  clearTimeout(timer);
  timer = setTimeout(showEffect, 300);
});
