import type { Schemas } from '@/api/client';

type Deployment = Schemas['DeploymentMark'];

/** Mark is where deployments went live in a graph: the newest of those that stand too close to be told apart. `share` is from 0 to 1. */
export type Mark = { deployment: Deployment; share: number; others: number };

/** marksOf places deployments within a range. Those closer than a share of the graph's width to the one after them become one mark. */
export function marksOf(deployments: Deployment[], range: { from: number; to: number }, closest: number): Mark[] {
  const marks: Mark[] = [];
  const newestFirst = deployments.toSorted((a, b) => Date.parse(b.live_at) - Date.parse(a.live_at));

  for (const deployment of newestFirst) {
    const share = (Date.parse(deployment.live_at) / 1000 - range.from) / (range.to - range.from);
    if (!(share >= 0 && share <= 1)) continue;

    const after = marks.at(-1);
    if (after && after.share - share < closest) after.others++;
    else marks.push({ deployment, share, others: 0 });
  }

  return marks;
}

/** nameOf is how people call a deployment: its commit, or the end of its id. */
export function nameOf({ commit_sha: commit, id }: Deployment): string {
  return commit ? commit.slice(0, 7) : id.slice(-8);
}
