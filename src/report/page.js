'use strict';
(() => {
  // Tabs: panels stand one under another until here.
  document.querySelectorAll('[data-tabs]').forEach((box, nth) => {
    const panels = [...box.querySelectorAll('[data-tab]')];
    const list = document.createElement('div');
    list.className = 'tablist';
    list.setAttribute('role', 'tablist');
    list.setAttribute('aria-label', box.getAttribute('aria-label'));
    const buttons = panels.map((panel, at) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = panel.dataset.tab;
      button.id = `tab-${nth}-${at}`;
      panel.id = `panel-${nth}-${at}`;
      button.setAttribute('role', 'tab');
      button.setAttribute('aria-controls', panel.id);
      panel.setAttribute('role', 'tabpanel');
      panel.setAttribute('aria-labelledby', button.id);
      list.append(button);
      return button;
    });
    const show = (at, focus) => {
      buttons.forEach((button, other) => {
        button.setAttribute('aria-selected', String(other === at));
        button.tabIndex = other === at ? 0 : -1;
        panels[other].hidden = other !== at;
      });
      if (focus) buttons[at].focus();
    };
    buttons.forEach((button, at) => {
      button.addEventListener('click', () => show(at, false));
      button.addEventListener('keydown', (event) => {
        const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
        if (to === undefined) return;
        event.preventDefault();
        show((to + buttons.length) % buttons.length, true);
      });
    });
    box.classList.add('tabbed');
    box.prepend(list);
    show(0, false);
  });

  // What the pointer is on; by keyboard the arrows go from mark to mark of a chart.
  const tip = document.getElementById('tip');
  const hide = () => { tip.hidden = true; };
  const show = (mark) => {
    tip.textContent = mark.dataset.tip;
    tip.hidden = false;
    const box = mark.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const left = Math.min(Math.max(4, box.left + box.width / 2 - own.width / 2), innerWidth - own.width - 4);
    const top = box.top - own.height - 8 > 0 ? box.top - own.height - 8 : box.bottom + 8;
    tip.style.left = `${left}px`;
    tip.style.top = `${top}px`;
  };
  document.addEventListener('pointerover', (event) => {
    const mark = event.target.closest('[data-tip]');
    if (mark) show(mark); else hide();
  });
  document.addEventListener('scroll', hide, true);
  document.addEventListener('keydown', (event) => { if (event.key === 'Escape') hide(); });
  document.querySelectorAll('figure > svg').forEach((svg) => {
    const marks = [...svg.querySelectorAll('[data-tip]')];
    if (!marks.length) return;
    let at = -1;
    svg.tabIndex = 0;
    svg.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!by) return;
      event.preventDefault();
      at = (at + by + marks.length) % marks.length;
      show(marks[at]);
    });
    svg.addEventListener('blur', hide);
  });

  // Playback.
  const player = document.querySelector('[data-player]');
  if (!player) return;
  const data = JSON.parse(document.getElementById('playback').textContent);
  const map = document.querySelector('#map figure > svg');
  const find = (name) => player.querySelector(`[data-${name}]`);
  const [date, play, day, speed, policy, counts, log, losses] =
    ['date', 'play', 'day', 'speed', 'policy', 'counts', 'log', 'losses'].map(find);
  const levels = ['calm', 'tense', 'clashes', 'critical'];
  const states = ['packing', 'left', 'handed', 'taken', 'host', 'looted'];
  const layer = map.querySelector('[data-convoys]');
  const zoned = [...map.querySelectorAll('[data-zone]')];
  const start = Date.parse(`${data.start}T00:00:00Z`);
  const when = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' });
  const text = (days) => when.format(new Date(start + days * 864e5));
  const whole = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });
  let told = data.policies[0];
  let discs = [];
  let now = 0;
  let timer = 0;
  let last = 0;

  data.policies.forEach((each) => policy.append(new Option(each.id, each.id)));
  policy.parentElement.hidden = data.policies.length < 2;
  day.max = data.days;
  player.hidden = false;

  const choose = () => {
    layer.replaceChildren();
    discs = told.convoys.map((convoy) => {
      const disc = document.createElementNS('http://www.w3.org/2000/svg', 'circle');
      const isColumn = convoy.name.includes('-column-');
      disc.setAttribute('r', isColumn ? 4 : 6.5);
      disc.dataset.tip = convoy.name;
      layer.append(disc);
      return [disc, isColumn ? 'convoy column' : 'convoy', convoy.steps];
    });
  };
  const move = ([disc, name, steps]) => {
    const next = steps.findIndex((step) => step[0] > now);
    if (next < 1) { disc.setAttribute('visibility', 'hidden'); return; }
    const [a, b] = [steps[next - 1], steps[next]];
    const share = (now - a[0]) / (b[0] - a[0] || 1);
    disc.setAttribute('visibility', 'inherit');
    disc.setAttribute('cx', a[1] + share * (b[1] - a[1]));
    disc.setAttribute('cy', a[2] + share * (b[2] - a[2]));
    disc.setAttribute('class', a[1] === b[1] && a[2] === b[2] ? `${name} halted` : name);
  };
  let isOn = false;
  const draw = () => {
    losses.hidden = !isOn;
    const tension = {};
    const state = {};
    told.tension.forEach(([time, zone, level]) => { if (time <= now) tension[zone] = level; });
    told.bases.forEach(([time, base, to]) => { if (time <= now) state[base] = to; });
    zoned.forEach((mark) => {
      mark.classList.remove(...levels, ...states, 'playing');
      if (!isOn) return;
      mark.classList.add('playing', tension[mark.dataset.zone] || 'calm');
      if (state[mark.dataset.base]) mark.classList.add(state[mark.dataset.base]);
    });
    map.closest('figure').classList.toggle('over', isOn);
    layer.setAttribute('visibility', isOn ? 'visible' : 'hidden');
    discs.forEach(move);
    const sum = {};
    told.counts.forEach(([time, counter, number]) => { if (time <= now) sum[counter] = (sum[counter] || 0) + number; });
    counts.replaceChildren(...data.counters.map(([counter, name]) => {
      const row = document.createElement('div');
      row.append(Object.assign(document.createElement('dt'), { textContent: name }));
      row.append(Object.assign(document.createElement('dd'), { textContent: whole.format(sum[counter] || 0) }));
      return row;
    }));
    const past = told.log.filter(([time]) => time <= now).slice(-40).reverse();
    log.replaceChildren(...past.map(([time, line]) => {
      const item = document.createElement('li');
      item.append(Object.assign(document.createElement('time'), { textContent: text(time) }), line);
      return item;
    }));
    date.textContent = now > told.deadline ? `${text(now)} (after the deadline)` : text(now);
    day.value = now;
    day.setAttribute('aria-valuetext', date.textContent);
  };
  const stop = () => { cancelAnimationFrame(timer); timer = 0; play.textContent = 'Play'; };
  const frame = (at) => {
    now = Math.min(data.days, now + (at - last) / 1000 * Number(speed.value));
    last = at;
    draw();
    if (now >= data.days) stop(); else timer = requestAnimationFrame(frame);
  };
  play.addEventListener('click', () => {
    if (timer) { stop(); return; }
    if (now >= data.days) now = 0;
    isOn = true;
    play.textContent = 'Pause';
    last = performance.now();
    timer = requestAnimationFrame(frame);
  });
  day.addEventListener('input', () => { now = Number(day.value); isOn = true; draw(); });
  losses.addEventListener('click', () => { stop(); isOn = false; draw(); play.focus(); });
  policy.addEventListener('change', () => { told = data.policies.find((each) => each.id === policy.value); isOn = true; choose(); draw(); });
  choose();
  draw();
})();
