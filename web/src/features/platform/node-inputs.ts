import type { Schemas } from '@/api/client';

/** NodeInputs are what operators decide of a node, as it stands in the inputs. */
export type NodeInputs = Record<'processors' | 'memory' | 'reserve' | 'overcommit' | 'rack' | 'labels', string>;

export type WrongInputs = Partial<Record<keyof NodeInputs, string>>;

const GiB = 1024 ** 3;
const rackLabel = 'rack';

const numberText = (value: number) => String(Number(value.toFixed(6)));

/** inputsOf gives what a node has as it stands in the inputs. What its agent has not reported yet is empty. */
export function inputsOf(node: Schemas['Node']): NodeInputs {
  const { [rackLabel]: rack = '', ...others } = node.labels;

  return {
    processors: node.max_cpu_millis === undefined ? '' : numberText(node.max_cpu_millis / 1000),
    memory: node.max_memory_bytes === undefined ? '' : numberText(node.max_memory_bytes / GiB),
    reserve: numberText(node.reserved_memory_bytes / GiB),
    overcommit: numberText(node.cpu_overcommit),
    rack,
    labels: Object.entries(others)
      .map(([name, value]) => `${name}=${value}`)
      .toSorted()
      .join('\n'),
  };
}

/** readInputs reads what was typed: what of it is to change, or which inputs are wrong. */
export function readInputs(typed: NodeInputs, node: Schemas['Node']): { update: Schemas['NodeUpdate']; wrong: WrongInputs } {
  const before = inputsOf(node);
  const update: Schemas['NodeUpdate'] = {};
  const wrong: WrongInputs = {};

  const read = (name: keyof NodeInputs, least: number, set: (value: number) => void) => {
    const text = typed[name].trim();
    if (text === before[name]) return;

    const value = Number(text);
    if (!/^\d+(\.\d+)?$/.test(text) || value < least)
      wrong[name] = least > 0 ? 'Type a number above 0.' : 'Type a number, or 0 for nothing.';
    else set(value);
  };

  read('processors', 0.001, (value) => {
    update.max_cpu_millis = Math.round(value * 1000);
  });
  read('memory', 1 / GiB, (value) => {
    update.max_memory_bytes = Math.round(value * GiB);
  });
  read('reserve', 0, (value) => {
    update.reserved_memory_bytes = Math.round(value * GiB);
  });
  read('overcommit', 0.001, (value) => {
    if (value >= 1 && value <= 100) update.cpu_overcommit = value;
    else wrong.overcommit = 'Type a number between 1 and 100.';
  });

  if (typed.rack !== before.rack || typed.labels !== before.labels) {
    const labels = readLabels(typed.labels);
    if (typeof labels === 'string') wrong.labels = labels;
    else if (typed.rack.trim()) update.labels = { ...labels, [rackLabel]: typed.rack.trim() };
    else update.labels = labels;
  }

  return { update, wrong };
}

/** readLabels reads one label a line, or says what is wrong. */
function readLabels(text: string): Record<string, string> | string {
  const labels: Record<string, string> = {};

  for (const line of text.split('\n').map((each) => each.trim())) {
    if (!line) continue;

    const [name = '', value = '', ...more] = line.split('=').map((each) => each.trim());
    if (!name || !value || more.length > 0) return `Write each label as name=value: “${line}” is none.`;
    if (name === rackLabel) return 'The rack has an input of its own.';
    labels[name] = value;
  }

  return labels;
}
