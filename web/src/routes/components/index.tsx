import { createFileRoute } from '@tanstack/react-router';
import { Gallery } from '@/features/gallery/gallery';

// Every component with its states on one page, for those who work on the dashboard and for the walk that photographs it.
export const Route = createFileRoute('/components/')({ component: Gallery });
