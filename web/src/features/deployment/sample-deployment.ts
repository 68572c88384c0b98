import type { Schemas } from '@/api/client';

const minute = (count: number) => new Date(Date.UTC(2026, 0, 1, 12, count)).toISOString();

/** sampleDeployment is a deployment for tests and pictures, with what a test is about in place of its own. */
export function sampleDeployment(about: Partial<Schemas['Deployment']> = {}): Schemas['Deployment'] {
  return {
    id: '01a22863-76b4-7c7b-b294-d8317a8ee81a',
    project_id: '01a22863-7687-7ca9-9108-10f43871929b',
    environment_id: '01a22863-7687-7ca9-9108-10f43871929b',
    environment: 'production',
    state: 'live',
    step: 'flip_route',
    trigger: 'push',
    branch: 'main',
    commit_sha: '64ec9a0a5c93454ce307a39f386b98ac71ec1857',
    commit_message: 'Open the shop',
    commit_author: 'Ada Lovelace <ada@example.com>',
    url: 'https://shop.example.com',
    created_at: minute(0),
    ...about,
  };
}

/** sampleAttempt is an attempt of a step that went well. */
export function sampleAttempt(step: string, about: Partial<Schemas['StepAttempt']> = {}): Schemas['StepAttempt'] {
  return { step, attempt: 1, state: 'succeeded', worker: 'worker-1', started_at: minute(1), ended_at: minute(2), ...about };
}

/** sampleInstance is a VM that is well. */
export function sampleInstance(about: Partial<Schemas['VM']> = {}): Schemas['VM'] {
  return {
    id: '01a22863-8457-7cbe-b735-5674f9aae0b2',
    kind: 'app',
    state: 'healthy',
    desired: 'running',
    node: 'node-1',
    region: 'eu-central',
    restarts: 0,
    cpu_millis: 1000,
    memory_bytes: 512 << 20,
    created_at: minute(1),
    ...about,
  };
}
