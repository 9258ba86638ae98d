'use strict';
// A table whose columns sort. columns: {title, name, of(row), show(row) -> text or node, first: direction}.
// detail(row): what opens below a row. Without a filter the first `screen` rows, until all are asked for.
const screen_rows = 25;
function table(element, columns, rows, detail, start) {
  const head = make('tr'), body = make('tbody');
  const said = rows.map((row) => ({row, words: row.words}));
  let by = start, direction = columns[start].number ? -1 : 1;
  columns.forEach((column, i) => {
    const button = make('button', '', column.title);
    button.type = 'button';
    const cell = make('th', (column.number ? 'number ' : '') + (column.less ? 'less' : ''), button);
    button.addEventListener('click', () => {
      direction = by === i ? -direction : column.number ? -1 : 1;
      by = i;
      order();
    });
    head.append(cell);
  });
  for (const one of said) {
    one.line = make('tr', detail ? 'row' : '');
    for (const column of columns) {
      const cell = make('td', (column.number ? 'number' : 'words') + (column.less ? ' less' : ''), column.show(one.row));
      if (column.number && column.of(one.row) === 0) cell.classList.add('zero');
      else if (column.denied) cell.classList.add('denied');
      one.line.append(cell);
    }
    if (!detail) continue;
    one.line.tabIndex = 0;
    one.line.setAttribute('aria-expanded', 'false');
    const toggle = () => {
      if (!one.opened) {
        const cell = make('td', '', detail(one.row));
        cell.colSpan = columns.length;
        one.opened = make('tr', 'detail', cell);
        one.opened.hidden = true;
        one.line.after(one.opened);
      }
      one.opened.hidden = !one.opened.hidden;
      one.line.classList.toggle('open', !one.opened.hidden);
      one.line.setAttribute('aria-expanded', String(!one.opened.hidden));
    };
    one.close = () => { if (!one.opened.hidden) toggle(); };
    one.line.addEventListener('click', () => { if (!String(getSelection())) toggle(); });
    one.line.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); toggle(); }
    });
  }
  function order() {
    const of = columns[by].of;
    said.sort((a, b) => {
      const x = of(a.row), y = of(b.row);
      return direction * (x < y ? -1 : x > y ? 1 : 0);
    });
    [...head.children].forEach((cell, i) => {
      if (i === by) cell.setAttribute('aria-sort', direction > 0 ? 'ascending' : 'descending');
      else cell.removeAttribute('aria-sort');
    });
    body.replaceChildren(...said.flatMap((one) => one.opened ? [one.line, one.opened] : [one.line]));
    choose();
  }
  let sought = '', all = false;
  const more = make('button', 'more', 'All ' + grouped(rows.length) + ' rows');
  more.type = 'button';
  more.addEventListener('click', () => { all = true; choose(); });
  function choose() {
    let fitting = 0;
    for (const one of said) {
      const fits = one.words.includes(sought);
      fitting += fits;
      one.line.hidden = !fits || (!all && fitting > screen_rows);
      if (one.opened && one.line.hidden) one.close();
    }
    more.hidden = all || fitting <= screen_rows;
    return fitting;
  }
  order();
  element.replaceChildren(make('thead', '', head), body);
  element.after(more);
  return {filter(word) { sought = word; return choose(); }};
}
