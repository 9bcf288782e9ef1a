'use strict';
(() => {
  const byID = id => document.getElementById(id);
  const every = Number(document.body.dataset.every);
  const patience = 10000; // ms that an answer may take
  const none = '–';

  // The wording of text.go and facts.go.
  const counted = n => n.toLocaleString('en-US');
  const span = ms => {
    const s = Math.floor(ms / 1000);
    if (s < 60) return s + ' s';
    if (s < 3600) return Math.floor(s / 60) + ' min';
    if (s < 48 * 3600) return Math.floor(s / 3600) + ' h';
    return counted(Math.floor(s / 86400)) + ' d';
  };
  const relative = (now, t) => {
    if (!t) return none;
    const d = now - Date.parse(t);
    if (d <= -1000) return 'in ' + span(-d);
    return d < 1000 ? 'now' : span(d) + ' ago';
  };
  const age = (now, t) => t ? span(Math.max(0, now - Date.parse(t))) : none;
  const clock = t => new Date(t).toISOString().slice(11, 19);
  const unlessZero = n => n ? counted(n) : '';

  const next = (g, now) => {
    if (g.backOff && Date.parse(g.backOff) > now) return '';
    if (g.next) return Date.parse(g.next) > now ? relative(now, g.next) : 'due';
    return g.mode === 'RefreshOnRead' ? 'by a read' : 'none planned';
  };
  const facts = (g, now) => ({
    values: counted(g.values) + ' of ' + counted(g.parameters.count),
    paths: unlessZero(g.paths),
    oldest: relative(now, g.oldest),
    next: next(g, now),
    backOff: g.backOff && Date.parse(g.backOff) > now ? 'until ' + clock(g.backOff) : '',
    since: g.since ? age(now, g.since) : '',
    fetches: counted(g.fetches),
    failures: unlessZero(g.failures),
    calls: counted(g.calls),
    throttled: counted(g.throttled),
    changes: counted(g.changes),
    abandoned: unlessZero(g.abandoned),
  });

  // is returns the element of a group, parameter or event that has one meaning.
  const is = (node, meaning) => node.querySelector('[data-is="' + meaning + '"]');
  const say = (node, text) => {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = text === '';
  };
  const sayFacts = (list, texts) => {
    for (const node of list.querySelectorAll('[data-fact]')) {
      const text = texts[node.dataset.fact];
      (node.querySelector('dd') ?? node.querySelector('b')).textContent = text;
      node.hidden = text === '';
    }
  };
  const linkOf = group => '?' + new URLSearchParams({group});

  // list makes the children of box what items say, and keeps those it has.
  const list = (box, items, template, keyOf, fill) => {
    const had = new Map(Array.from(box.children, (node, i) => [node.dataset.key ?? String(i), node]));
    items.forEach((item, i) => {
      const key = keyOf(item, i);
      const node = had.get(key) ?? byID(template).content.firstElementChild.cloneNode(true);
      had.delete(key);
      fill(node, item);
      if (box.children[i] !== node) box.insertBefore(node, box.children[i] ?? null);
    });
    had.forEach(node => node.remove());
  };
  const inOrder = (_, i) => String(i);

  const fillGroup = (now, only) => (node, g) => {
    node.dataset.key = g.name;
    const name = is(node, 'name');
    say(name.firstElementChild, g.name);
    name.href = linkOf(g.name);
    const state = is(node, 'state');
    say(state, g.state);
    state.dataset.state = g.state;
    say(is(node, 'mode'), g.mode);
    const field = node.querySelector('input');
    if (field) field.value = g.name;
    sayFacts(node.querySelector('.facts'), facts(g, now));
    node.querySelector('.problems').hidden = g.problems.items.length === 0;
    list(is(node, 'problems'), g.problems.items, 'a-problem', inOrder, say);
    const more = g.problems.count - g.problems.items.length;
    say(is(node, 'problemsMore'), more ? 'and ' + counted(more) + ' more' : '');
    say(is(node, 'count'), counted(g.parameters.count));
    list(is(node, 'parameters'), g.parameters.items, 'a-parameter', inOrder, fillParameter(now));
    if (only) return;
    is(node, 'all').hidden = g.parameters.pages === 1;
    is(node, 'all').firstElementChild.href = linkOf(g.name);
  };
  const fillParameter = now => (node, p) => {
    say(is(node, 'name'), p.name);
    say(is(node, 'problem'), p.problem ?? '');
    say(is(node, 'type'), p.type || none);
    say(is(node, 'version'), p.version ? String(p.version) : none);
    say(is(node, 'age'), age(now, p.fetched));
    say(is(node, 'modified'), relative(now, p.modified));
  };
  const fillEvent = now => (node, e) => {
    const time = is(node, 'time'), kind = is(node, 'kind');
    say(time, relative(now, e.time));
    time.dateTime = e.time;
    say(kind, e.kind);
    kind.dataset.kind = e.kind;
    say(is(node, 'group'), e.group);
    say(is(node, 'times'), e.times > 1 ? counted(e.times) + ' ×' : '');
    say(is(node, 'text'), e.text ?? '');
  };
  const turnTo = (link, page) => {
    const query = new URLSearchParams(location.search);
    query.set('page', page);
    link.href = '?' + query;
  };

  const draw = report => {
    const now = Date.parse(report.now), total = report.total;
    say(byID('now'), clock(report.now) + ' UTC');
    sayFacts(byID('total'), Object.fromEntries(Object.entries(total).map(([key, n]) => [key, counted(n)])));
    sayFacts(byID('states'), Object.fromEntries(Object.entries(total).map(([key, n]) => [key, unlessZero(n)])));
    const main = report.only ? report.groups.items[0].parameters : report.groups;
    const first = main.items.length ? (main.page - 1) * main.limit + 1 : 0;
    say(byID('range'), counted(first) + '–' + counted(Math.max(0, first + main.items.length - 1)) + ' of ' +
      counted(main.count) + (report.only ? ' parameters' : ' groups'));
    byID('before').hidden = main.page === 1;
    turnTo(byID('before'), main.page - 1);
    byID('after').hidden = main.page === main.pages;
    turnTo(byID('after'), main.page + 1);
    list(byID('groups'), report.groups.items, 'a-group', g => g.name, fillGroup(now, report.only));
    if (!report.watched) return;
    list(byID('events'), report.events, 'an-event', inOrder, fillEvent(now));
    byID('quiet').hidden = report.events.length > 0;
  };

  const live = (text, ok) => {
    say(byID('live'), text);
    byID('live').dataset.ok = ok ? 'yes' : 'no';
  };
  let timer = 0;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    const began = performance.now();
    try {
      const answer = await fetch(location.pathname + location.search, {
        headers: {Accept: 'application/json'}, cache: 'no-store', redirect: 'error', signal: AbortSignal.timeout(patience),
      });
      const report = await answer.json();
      if (!answer.ok) throw new Error(report.error);
      draw(report);
      live('live', true);
    } catch (error) {
      live('not updated: ' + error.message, false);
    }
    asking = false;
    again(performance.now() - began);
  };
  // A page that takes long to make is asked for less often.
  const again = took => {
    clearTimeout(timer);
    if (document.hidden) live('paused', true);
    else timer = setTimeout(ask, Math.max(every, 20 * took));
  };
  document.addEventListener('visibilitychange', () => {
    if (document.hidden) again(0);
    else ask();
  });
  live('live', true);
  again(0);
})();
