import { chapters } from '../build/openapi.ts';
import { page } from '../build/api-page.ts';

export default { paths: () => chapters.map((chapter) => ({ params: { chapter: chapter.slug, title: chapter.name }, content: page(chapter) })) };
