import { chapters, description } from './openapi.ts';

export type Data = { description: string; chapters: { slug: string; name: string; description: string; count: number }[] };
export declare const data: Data;

export default {
  load: (): Data => ({ description, chapters: chapters.map(({ operations, ...chapter }) => ({ ...chapter, count: operations.length })) }),
};
