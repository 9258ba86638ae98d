'use strict';
// Shows what is in #data. Everything in there may be chosen by an attacker: it goes into the document as text
// (textContent, canvas text), never as markup, an address, a style or a name of anything.

const data = JSON.parse(document.getElementById('data').textContent);
const $ = (id) => document.getElementById(id);

function make(tag, name, ...inside) {
  const element = document.createElement(tag);
  if (name) element.className = name;
  for (const one of inside) if (one !== null && one !== undefined) element.append(one);
  return element;
}

// Numbers for people.
const grouped = (n) => n.toLocaleString('en-US');
function duration(ns) {
  const units = [['s', 1e9], ['ms', 1e6], ['\u00b5s', 1e3]];
  for (const [unit, size] of units)
    if (ns >= size) return (ns / size).toPrecision(ns / size < 100 ? 2 : 3).replace(/\.0$/, '') + '\u202f' + unit;
  return ns + '\u202fns';
}
function share(part, whole) {
  const percent = 100 * part / whole;
  return percent > 0 && percent < 0.1 ? '<0.1%' : percent.toFixed(1) + '%';
}
const moment = (text) => text.replace('T', ' ').replace(/(\.\d{3})\d*Z$/, '$1');
const names = (path) => path.slice(path.lastIndexOf('/') + 1) || path;

function counts(list, others) {
  const items = list.map(([word, times]) => make('li', '', make('b', '', grouped(times)), make('span', 'mono', word)));
  if (others) items.push(make('li', 'faint', make('b', '', grouped(others)), make('span', '', 'others')));
  return make('ul', 'counts', ...items);
}

function head() {
  $('verdict').textContent = data.verdict;
  document.title = 'scsup: ' + data.verdict;
  $('span').textContent = (data.first ? moment(data.first) + ' to ' + moment(data.last) + ' UTC, ' : '') + 'from ' + data.source;
  $('notes').append(...data.notes.map((note) => make('li', '', note)));
  const total = data.total;
  const facts = [['calls', grouped(total.calls)], ['allowed', grouped(total.allowed)], ['denied', grouped(total.denied)],
    ['emulated', grouped(total.emulated)], ['failed by themselves', grouped(total.errors)],
    ['decided in (median)', duration(total.p50_ns)], ['all but 1% within', duration(total.p99_ns)]];
  for (const [word, value] of facts) {
    const shown = make('dd', word === 'denied' && total.denied ? 'denied' : '', value);
    $('totals').append(make('div', '', make('dt', '', word), shown));
  }
  const cut = data.cut;
  $('cut').textContent = cut.length ? 'To keep this file small, left out: ' + cut.join('; ') + '. scsup-audit shows all.' : '';
}

// The text of the rule at a denial's place.
function rule_of(denial) {
  for (const policy of data.policies)
    if (policy.sha.startsWith(denial.policy))
      for (const mark of policy.marks)
        if (mark.is_rule && mark.line === denial.line && denial.at.startsWith(policy.file + ':')) return mark.text.join('\n');
  for (const policy of data.policies)
    if (policy.sha.startsWith(denial.policy) && denial.at.startsWith(policy.file + ':') && denial.line <= policy.lines.length)
      return policy.lines[denial.line - 1];
  return null;
}

function why(denial) {
  const box = make('div');
  const by = denial.by_default ? 'The default: no rule matched' : denial.rule ? 'Rule ' + denial.rule : 'Decided';
  box.append(make('h3', '', by + (denial.at ? ', at ' + denial.at : '')));
  const text = rule_of(denial);
  box.append(text === null ? make('p', 'faint', 'The log does not hold the text of what decided.') : make('pre', '', text));
  if (denial.why) {
    box.append(make('p', '', denial.why.verdict));
    for (const miss of denial.why.near)
      box.append(make('p', '', miss.words + ' nearly did: ', make('span', 'mono', miss.unmet.join('; '))));
    for (const note of denial.why.notes) box.append(make('p', 'faint', note));
  }
  box.append(make('div', 'columns',
    make('div', '', make('h3', '', 'What'), counts(denial.objects, denial.other_objects)),
    make('div', '', make('h3', '', 'Who'), counts(denial.programs, denial.other_programs))));
  const seqs = denial.seqs;
  const when = moment(denial.first) + (denial.last === denial.first ? '' : ' to ' + moment(denial.last)) + ' UTC';
  box.append(make('h3', '', 'When'), make('p', '', when + (denial.killed ? '; ' + grouped(denial.killed) + ' were killed for it' : '')));
  if (seqs.length) box.append(make('p', 'mono faint', 'scsup-audit why ' + seqs[0] + (seqs.length > 1 ? '     (also ' + seqs.slice(1).join(', ') + ')' : '')));
  return box;
}

function denials() {
  if (!data.denials.length) {
    $('denial-table').replaceWith(make('p', '', 'None.'));
    $('denials').querySelector('p').hidden = true;
    return null;
  }
  for (const d of data.denials)
    d.words = [d.rule, d.at, d.call, d.errno, ...d.objects.map((o) => o[0]), ...d.programs.map((p) => p[0])].join('\n').toLowerCase();
  const some = (list, others, show) => list.length ? show(list[0][0]) + (list.length + (others ? 1 : 0) > 1 ? ' \u2026' : '') : '';
  return table($('denial-table'), [
    {title: 'calls', number: true, denied: true, of: (d) => d.calls, show: (d) => grouped(d.calls)},
    {title: 'call', of: (d) => d.call, show: (d) => d.call},
    {title: 'answer', of: (d) => d.errno, show: (d) => d.killed === d.calls ? 'killed' : d.errno},
    {title: 'rule', of: (d) => d.rule, show: (d) => d.by_default ? 'default' : d.rule || d.at},
    {title: 'what', of: (d) => d.objects.length ? d.objects[0][0] : '', show: (d) => some(d.objects, d.other_objects, (o) => o)},
    {title: 'who', less: true, of: (d) => d.programs.length ? d.programs[0][0] : '', show: (d) => some(d.programs, d.other_programs, names)},
  ], data.denials, why, 0);
}

function calls() {
  for (const c of data.calls) c.words = c.name.toLowerCase();
  const number = (title, name, show, more) => ({title, number: true, of: (c) => c[name], show: (c) => show(c[name]), ...more});
  return table($('call-table'), [
    {title: 'call', of: (c) => c.name, show: (c) => c.name},
    number('calls', 'calls', grouped), number('allowed', 'allowed', grouped), number('denied', 'denied', grouped, {denied: true}),
    number('emulated', 'emulated', grouped, {less: true}), number('errors', 'errors', grouped, {less: true}),
    number('time', 'total_ns', duration), number('median', 'p50_ns', duration, {less: true}), number('p99', 'p99_ns', duration),
  ], data.calls, null, 1);
}

// A canvas of `height` pixels as wide as its place, sharp on any screen; drawn again when that changes.
function drawn(canvas, height, draw) {
  const again = () => {
    const width = canvas.clientWidth, scale = devicePixelRatio || 1;
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    canvas.style.height = height + 'px';
    const pen = canvas.getContext('2d');
    pen.scale(scale, scale);
    const style = getComputedStyle(document.documentElement);
    draw(pen, width, (name) => style.getPropertyValue('--' + name).trim());
  };
  new ResizeObserver(again).observe(canvas);
  return again;
}
const font = '12px ui-monospace, "Liberation Mono", "DejaVu Sans Mono", monospace';

function heatmap() {
  const times = data.times;
  if (!times) { $('times').hidden = true; return () => {}; }
  const canvas = $('heat'), row_height = 18, left = 130, foot = 22;
  let shown = 'calls', at = null;
  const value = (cell) => shown === 'calls' ? cell[1] : cell[2];
  const clock = (column) => {
    const text = new Date(times.from_ms + column * times.step_ms).toISOString();
    return times.step_ms * times.columns > 86400000 ? text.slice(0, 16).replace('T', ' ') : text.slice(11, times.step_ms < 1000 ? 23 : 19);
  };
  const most = () => Math.max(1, ...times.rows.map((row) => row.cells.reduce((m, cell) => Math.max(m, value(cell)), 0)));
  const again = drawn(canvas, times.rows.length * row_height + foot, (pen, width, colour) => {
    const step = (width - left) / times.columns, top = most();
    const hue = colour(shown === 'calls' ? 'heat' : 'heat-denied');
    pen.font = font;
    pen.textBaseline = 'middle';
    times.rows.forEach((row, i) => {
      const y = i * row_height;
      pen.fillStyle = colour('ink');
      pen.fillText(row.name, 0, y + row_height / 2, left - 10);
      pen.fillStyle = colour('mark');
      pen.fillRect(left, y + 1, width - left, row_height - 2);
      for (const cell of row.cells) {
        if (!value(cell)) continue;
        // By its logarithm: one call has to be seen beside a million.
        pen.fillStyle = `rgba(${hue}, ${0.25 + 0.75 * Math.log(1 + value(cell)) / Math.log(1 + top)})`;
        const from = Math.round(left + cell[0] * step), to = Math.round(left + (cell[0] + 1) * step);
        pen.fillRect(from, y + 1, Math.max(to - from, 1), row_height - 2);
      }
    });
    pen.fillStyle = colour('faint');
    const y = times.rows.length * row_height + foot / 2 + 2;
    const ticks = Math.max(1, Math.min(6, Math.floor((width - left) / 150)));
    for (let i = 0; i < ticks; ++i) {
      pen.textAlign = 'left';
      pen.fillText(clock(Math.floor(i * times.columns / ticks)), left + (width - left) * i / ticks, y);
    }
    if (at) {
      pen.strokeStyle = colour('ink');
      pen.strokeRect(left + at.column * step, at.row * row_height + 0.5, Math.max(step, 3), row_height - 1);
    }
  });
  function say() {
    if (!at) { $('heat-said').textContent = ''; return; }
    const row = times.rows[at.row], cell = row.cells.find((c) => c[0] === at.column) || [0, 0, 0];
    $('heat-said').textContent = `${row.name} at ${clock(at.column)}: ${grouped(cell[1])} calls, ${grouped(cell[2])} denied`;
  }
  function move(row, column) {
    at = {row: Math.max(0, Math.min(times.rows.length - 1, row)), column: Math.max(0, Math.min(times.columns - 1, column))};
    say();
    again();
  }
  canvas.addEventListener('pointermove', (event) => {
    const box = canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left - left) / ((box.width - left) / times.columns));
    if (column >= 0) move(Math.floor((event.clientY - box.top) / row_height), column);
  });
  canvas.addEventListener('keydown', (event) => {
    const by = {ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1]}[event.key];
    if (!by) return;
    event.preventDefault();
    if (at) move(at.row + by[0], at.column + by[1]);
    else move(0, 0);
  });
  for (const button of $('times').querySelectorAll('button'))
    button.addEventListener('click', () => {
      shown = button.dataset.shown;
      for (const one of $('times').querySelectorAll('button')) one.setAttribute('aria-pressed', String(one === button));
      again();
    });
  return again;
}

function histogram() {
  const buckets = data.latency;
  if (!buckets.length) { $('latency').hidden = true; return () => {}; }
  $('latency-said').textContent = 'From receiving a call to the decision, ' + duration(data.total.total_ns) + ' in all; half within ' +
      duration(data.total.p50_ns) + ', all but 1% within ' + duration(data.total.p99_ns) + '.';
  // One bar for each half power of two, so that there are no holes.
  const bar = (ns) => Math.floor(2 * Math.log2(ns));
  const first = bar(buckets[0][0]), last = bar(buckets[buckets.length - 1][0]);
  const bars = new Array(last - first + 1).fill(0);
  for (const [ns, calls] of buckets) bars[bar(ns) - first] += calls;
  const top = Math.max(...bars), all = data.total.calls;
  return drawn($('histogram'), 170, (pen, width, colour) => {
    const step = Math.min(width / bars.length, 60), height = 120;
    pen.font = font;
    pen.textAlign = 'center';
    bars.forEach((calls, i) => {
      const size = calls ? Math.max(2, height * calls / top) : 0;
      pen.fillStyle = colour('accent');
      pen.fillRect(i * step + 1, 20 + height - size, step - 2, size);
      pen.fillStyle = colour('faint');
      if (step > 42 && calls) pen.fillText(share(calls, all), (i + 0.5) * step, 14 + height - size, step);
      if (i % Math.max(1, Math.ceil(70 / step)) === 0) pen.fillText('\u2264' + duration(Math.round(2 ** ((first + i + 1) / 2))), (i + 0.5) * step, height + 38);
    });
    pen.fillStyle = colour('line');
    pen.fillRect(0, 20 + height, width, 1);
  });
}

function processes() {
  const rows = data.processes;
  if (!rows.length) { $('processes').hidden = true; return null; }
  const items = rows.map((row) => {
    const label = make('span', '', make('span', 'mono', (row.programs.map(names).join(', ') || '?') + ' [' + row.pid + ']'),
      make('span', 'faint', '  ' + grouped(row.calls) + (row.calls === 1 ? ' call' : ' calls')));
    if (row.denied) label.append(make('span', 'denied', ', ' + grouped(row.denied) + ' denied'));
    label.title = row.programs.join('\n');
    return {row, label, item: make('li'), children: [], words: (row.programs.join('\n') + '\n' + row.pid).toLowerCase()};
  });
  const roots = [];
  items.forEach((one) => (one.row.parent < 0 ? roots : items[one.row.parent].children).push(one));
  // Parents stand before their children: from the end, each is complete when it is put together.
  for (const one of [...items].reverse()) {
    if (one.children.length) {
      const details = make('details', '', make('summary', '', one.label), make('ul', '', ...one.children.map((c) => c.item)));
      details.open = items.length <= 60 || one.row.parent < 0;
      one.item.append(details);
    } else {
      one.item.append(make('div', 'leaf', one.label));
    }
  }
  $('process-tree').append(make('ul', '', ...roots.map((one) => one.item)));
  return {
    filter(word) {
      for (const one of items) one.fits = one.words.includes(word);
      let shown = items.filter((one) => one.fits).length;
      for (const one of [...items].reverse()) if (one.fits && one.row.parent >= 0) items[one.row.parent].fits = true;
      for (const one of items) one.item.hidden = !one.fits;
      return shown;
    }
  };
}

function policies() {
  if (!data.policies.length) { $('policies').hidden = true; return null; }
  const lit = [];
  for (const policy of data.policies) {
    const marks = new Map();
    for (const mark of policy.marks) {
      const here = marks.get(mark.line) || {calls: 0, words: []};
      here.calls += mark.calls;
      here.words.push(mark.words);
      marks.set(mark.line, here);
    }
    const rules = policy.marks.filter((mark) => mark.is_rule), unused = rules.filter((mark) => !mark.calls);
    const box = make('div', 'source mono');
    policy.lines.forEach((text, i) => {
      const mark = marks.get(i + 1);
      const hits = make('div', 'hits' + (mark && !mark.calls ? ' unused' : ''), mark ? (mark.calls ? grouped(mark.calls) : 'unused') : '');
      const line = make('div', '', text || ' ');
      if (mark) lit.push({line, words: (mark.words.join('\n') + '\n' + text).toLowerCase()});
      box.append(hits, make('div', 'line', String(i + 1)), line);
    });
    const said = rules.length ? rules.length + (rules.length === 1 ? ' rule' : ' rules') +
        (unused.length ? ', ' + unused.length + ' decided no recorded call' : ', each was used') : '';
    $('policy-list').append(make('h3', 'mono', policy.file || policy.sha), make('p', 'faint', said),
      policy.lines.length ? box : make('p', 'faint', 'The log does not hold its text.'));
  }
  return {
    filter(word) {
      let found = 0;
      for (const one of lit) {
        const fits = word !== '' && one.words.includes(word);
        one.line.classList.toggle('lit', fits);
        found += fits;
      }
      return found;
    }
  };
}

head();
const parts = [denials(), calls(), processes(), policies()];
const pictures = [heatmap(), histogram()];

function theme(name) {
  document.documentElement.dataset.theme = name;
  $('theme').textContent = name === 'dark' ? 'Light' : 'Dark';
  for (const draw of pictures) draw();
}
theme(matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const other_theme = () => theme(document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark');
$('theme').addEventListener('click', other_theme);

function filter() {
  const word = $('filter').value.trim().toLowerCase();
  const found = parts.map((part) => part ? part.filter(word) : 0);
  $('found').textContent = word ? `${found[0]} denials, ${found[1]} calls, ${found[2]} processes, ${found[3]} rules` : '';
}
$('filter').addEventListener('input', filter);

addEventListener('keydown', (event) => {
  const field = document.activeElement === $('filter');
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') {
    $('filter').value = '';
    $('filter').blur();
    filter();
  } else if (field) {
    return;
  } else if (event.key === '/') {
    event.preventDefault();
    $('filter').focus();
  } else if (event.key === 'd') {
    other_theme();
  } else if (event.key === 'j' || event.key === 'k') {
    const rows = [...document.querySelectorAll('tr.row')].filter((row) => !row.hidden);
    const next = rows.indexOf(document.activeElement) + (event.key === 'j' ? 1 : -1);
    if (rows.length) rows[Math.max(0, Math.min(rows.length - 1, next))].focus();
  }
});
document.documentElement.dataset.ready = 'yes';
