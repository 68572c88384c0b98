import { ApiProblem } from '@/api/problem';
import { MemorySource } from './memory-source';

const esc = '\x1b';

/** largeLog is a log of so many lines, in groups, of which one in a thousand has a word to be searched for. */
export function largeLog(lines: number): MemorySource {
  const log = new MemorySource();
  log.write('Fetched commit 64ec9a0: The sample', { stream: 'system' });

  for (let step = 1; log.lines.length < lines; step++) {
    const group = log.begin(`[${step}/10] RUN npm run build:${step}`);
    const end = Math.min(lines, Math.ceil((lines * step) / 10));
    while (log.lines.length < end) {
      const number = log.lines.length;
      const needle = number % 1000 === 0 ? ' needle' : '';
      log.write(`${esc}[32m✓${esc}[0m built ${esc}[36msrc/module-${number}.ts${esc}[0m in ${number % 97} ms${needle}`, {
        group: group.number,
      });
    }
    Object.assign(group, { state: end >= lines ? 'failed' : 'done', endedAt: '2026-01-01T12:00:09Z' });
  }

  return log;
}

/** hostileLog is lines that would break a page that takes them for anything but text. */
export function hostileLog(): MemorySource {
  const log = new MemorySource();
  const group = log.begin('[1/1] RUN <script>alert("group")</script> \u202egnp.exe');
  for (const text of [
    '<img src=x onerror="document.title=\'broken\'"><b>bold</b> &lt;',
    '\u202eright to left\u202c and \u0645\u0631\u062d\u0628\u0627 back',
    `${esc}]8;;https://evil.example${esc}\\a link${esc}]8;;${esc}\\ ${esc}[2J${esc}[1;31mred`,
    '',
    'x'.repeat(10_000),
    `${esc}[30;41mblack on red${esc}[0m ${esc}[38;5;226myellow of 256${esc}[0m ${esc}[38;2;120;120;120mgrey${esc}[0m ${esc}[7mreversed`,
    '{"a":1}\ttabs\tand \0 nothing',
    ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
      .map((name, index) => `${esc}[3${index}m${name}${esc}[0m`)
      .join(' '),
    ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white']
      .map((name, index) => `${esc}[4${index}m${name}${esc}[0m`)
      .join(' '),
  ]) {
    log.write(text, { group: group.number });
  }
  log.write('1,204 lines are missing here: the step wrote too many.', { group: group.number, stream: 'system', missing: 1204 });
  return log;
}

/** lostLog is a log whose connection is lost a moment after it was read. */
export function lostLog(): MemorySource {
  const log = largeLog(60);
  setTimeout(() => log.cut(new ApiProblem(0, 'The platform does not answer.')), 300);
  return log;
}

/** refusedLog is a log that the platform does not hand out. */
export function refusedLog(): MemorySource {
  const log = new MemorySource();
  log.fault = new ApiProblem(429, 'That were too many requests at once. Wait a moment and try again.', [], 30);
  return log;
}

/** growingLog writes a line again and again while somebody follows it. */
export function growingLog(): MemorySource {
  const log = new MemorySource();
  log.write('Fetched commit 64ec9a0: The sample', { stream: 'system' });
  const group = log.begin('[1/1] RUN npm run build');
  const follow = log.follow.bind(log);
  log.follow = async (...how) => {
    const timer = setInterval(() => log.write(`${esc}[32m✓${esc}[0m built module ${log.lines.length}`, { group: group.number }), 20);
    await follow(...how).finally(() => clearInterval(timer));
  };
  return log;
}
