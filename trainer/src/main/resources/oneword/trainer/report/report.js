
'use strict';
// What a printed page cannot do: tell the numbers under the pointer, save a chart, copy a text, change the shade.
// Everything that is to be read stands in the page without this script.
(function () {
  const data = JSON.parse(document.getElementById('run-data').textContent);
  const SVG = 'http://www.w3.org/2000/svg';

  function button(label, style, action) {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = style;
    made.textContent = label;
    made.addEventListener('click', action);
    return made;
  }

  function number(value) {
    if (value === null) {
      return 'none';
    }
    const size = Math.abs(value);
    if (size !== 0 && (size < 1e-3 || size >= 1e7)) {
      return value.toExponential(2).replace('e+', 'e');
    }
    return value.toLocaleString('en', { maximumSignificantDigits: 5 });
  }

  // A chart's axes: from pixels of its drawing to values and back. 'low high' or 'low high log'.
  function axis(text, from, to) {
    const [low, high, log] = text.split(' ');
    const ends = [Number(low), Number(high)].map(end => (log ? Math.log(end) : end));
    return {
      value: pixel => {
        const at = ends[0] + (pixel - from) / (to - from) * (ends[1] - ends[0]);
        return log ? Math.exp(at) : at;
      },
      pixel: value => from + ((log ? Math.log(value) : value) - ends[0]) / (ends[1] - ends[0]) * (to - from)
    };
  }

  function geometry(chart) {
    const [left, top, right, bottom] = chart.dataset.frame.split(' ').map(Number);
    return {
      left, top, right, bottom,
      x: axis(chart.dataset.x, left, right),
      y: axis(chart.dataset.y, bottom, top)
    };
  }

  // Where the pointer is in the units of the drawing.
  function place(chart, event) {
    const box = chart.getBoundingClientRect();
    const view = chart.viewBox.baseVal;
    return {
      x: (event.clientX - box.left) / box.width * view.width,
      y: (event.clientY - box.top) / box.height * view.height
    };
  }

  function drawn(chart, name, style) {
    const made = document.createElementNS(SVG, name);
    made.setAttribute('class', style);
    made.setAttribute('visibility', 'hidden');
    chart.appendChild(made);
    return made;
  }

  function set(element, values) {
    Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));
  }

  // Shows what `find` tells of a place: {text, mark}, or nothing.
  function explain(chart, marker, find) {
    const plot = chart.closest('.plot');
    const tip = document.createElement('div');
    tip.className = 'tip';
    tip.hidden = true;
    plot.appendChild(tip);
    function hide() {
      tip.hidden = true;
      marker.setAttribute('visibility', 'hidden');
    }
    function show(event) {
      const at = place(chart, event);
      const found = find(at);
      if (!found) {
        hide();
        return;
      }
      set(marker, found.mark);
      marker.setAttribute('visibility', 'visible');
      tip.textContent = found.text;
      tip.hidden = false;
      const box = plot.getBoundingClientRect();
      const x = event.clientX - box.left;
      tip.style.left = Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth)) + 'px';
      tip.style.top = (event.clientY - box.top - tip.offsetHeight - 12) + 'px';
    }
    chart.addEventListener('pointermove', show);
    chart.addEventListener('pointerdown', show);
    chart.addEventListener('pointerleave', hide);
  }

  function nearest(values, wanted) {
    let low = 0;
    let high = values.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (values[middle] < wanted) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return wanted - values[low] < values[high] - wanted ? low : high;
  }

  function lines(chart) {
    const frame = geometry(chart);
    const series = data.curves[chart.id].series;
    explain(chart, drawn(chart, 'line', 'cursor'), at => {
      if (at.x < frame.left - 8 || at.x > frame.right + 8) {
        return null;
      }
      const wanted = frame.x.value(at.x);
      const x = series[0].x[nearest(series[0].x, wanted)];
      const told = series.map(one => one.name + ' ' + number(one.y[nearest(one.x, x)]));
      const pixel = frame.x.pixel(x);
      return {
        text: ['step ' + number(x)].concat(told).join('\n'),
        mark: { x1: pixel, x2: pixel, y1: frame.top, y2: frame.bottom }
      };
    });
  }

  function scatter(chart) {
    const frame = geometry(chart);
    const pairs = data.pairs[chart.id];
    const places = pairs.gold.map((gold, i) => [frame.x.pixel(gold), frame.y.pixel(pairs.cosine[i])]);
    explain(chart, drawn(chart, 'circle', 'ring'), at => {
      let best = -1;
      let least = 144;
      places.forEach(([x, y], i) => {
        const distance = (x - at.x) * (x - at.x) + (y - at.y) * (y - at.y);
        if (distance < least) {
          least = distance;
          best = i;
        }
      });
      return best < 0 ? null : {
        text: 'gold ' + number(pairs.gold[best]) + '\ncosine ' + number(pairs.cosine[best]),
        mark: { cx: places[best][0], cy: places[best][1], r: 5 }
      };
    });
  }

  function heat(chart) {
    const frame = geometry(chart);
    const texts = data.heat.sentences.texts;
    const cosine = data.heat[chart.id].cosine;
    const size = (frame.right - frame.left) / texts.length;
    const marker = drawn(chart, 'rect', 'ring');
    explain(chart, marker, at => {
      const column = Math.floor((at.x - frame.left) / size);
      const row = Math.floor((at.y - frame.top) / size);
      if (!cosine[row] || cosine[row][column] === undefined) {
        return null;
      }
      return {
        text: 'cosine ' + number(cosine[row][column]) + '\n' + (row + 1) + ': ' + texts[row]
          + (row === column ? '' : '\n' + (column + 1) + ': ' + texts[column]),
        mark: { x: frame.left + column * size, y: frame.top + row * size, width: size, height: size }
      };
    });
  }

  // A copy of a chart that needs no style sheet.
  function standalone(chart) {
    const copy = chart.cloneNode(true);
    const from = chart.querySelectorAll('*');
    copy.querySelectorAll('*').forEach((element, i) => {
      const style = getComputedStyle(from[i]);
      ['fill', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-linecap', 'stroke-linejoin', 'stroke-opacity',
        'font-family', 'font-size', 'font-weight'].forEach(name => {
        element.setAttribute(name, style.getPropertyValue(name));
      });
    });
    const view = chart.viewBox.baseVal;
    set(copy, { width: view.width, height: view.height });
    copy.querySelectorAll('.cursor, .ring').forEach(element => element.remove());
    return new XMLSerializer().serializeToString(copy);
  }

  function save(chart) {
    const link = document.createElement('a');
    link.download = document.querySelector('h1').textContent + '-' + chart.id + '.svg';
    link.href = URL.createObjectURL(new Blob([standalone(chart)], { type: 'image/svg+xml' }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function copy(block, event) {
    const text = block.textContent;
    const done = () => {
      event.target.textContent = 'copied';
    };
    const byHand = () => {
      getSelection().selectAllChildren(block);
      event.target.textContent = 'press Ctrl-C';
    };
    if (navigator.clipboard) {
      navigator.clipboard.writeText(text).then(done, byHand);
    } else {
      byHand();
    }
  }

  // Turns the style sheet's dark part on or off, whatever the system prefers.
  function shade() {
    const rule = Array.from(document.styleSheets[0].cssRules)
      .find(one => one.media && one.media.mediaText.includes('color-scheme'));
    let dark = matchMedia('(prefers-color-scheme: dark)').matches;
    const made = button(dark ? 'light' : 'dark', 'shade', () => {
      dark = !dark;
      rule.media.mediaText = dark ? 'all' : 'not all';
      document.documentElement.style.colorScheme = dark ? 'dark' : 'light';
      made.textContent = dark ? 'light' : 'dark';
    });
    document.querySelector('.kind').appendChild(made);
  }

  document.querySelectorAll('svg.lines').forEach(lines);
  document.querySelectorAll('svg.scatter').forEach(scatter);
  document.querySelectorAll('svg.heat').forEach(heat);
  document.querySelectorAll('svg[data-frame]').forEach(chart => {
    chart.closest('.plot').appendChild(button('save SVG', 'save', () => save(chart)));
  });
  document.querySelectorAll('pre.copy').forEach(block => {
    block.parentNode.classList.add('holds-copy');
    block.parentNode.appendChild(button('copy', '', event => copy(block, event)));
  });
  shade();
  let opened = [];
  addEventListener('beforeprint', () => {
    opened = Array.from(document.querySelectorAll('details.printed:not([open])'));
    opened.forEach(folded => {
      folded.open = true;
    });
  });
  addEventListener('afterprint', () => {
    opened.forEach(folded => {
      folded.open = false;
    });
  });
  document.documentElement.dataset.ready = 'yes';
}());
