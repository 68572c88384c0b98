import { Page } from '@/components/page';
import { AbsenceGallery } from './absence-gallery';
import { ButtonGallery } from './button-gallery';
import { DialogGallery } from './dialog-gallery';
import { FormGallery } from './form-gallery';
import { ListGallery } from './list-gallery';
import { PlaceGallery } from './place-gallery';
import { StateGallery } from './state-gallery';

/** Gallery shows every component in every state that it can be in. */
export function Gallery() {
  return (
    <main>
      <Page title="Components" text="What the dashboard is made of, in all its states." actions={<DialogGallery />}>
        <ButtonGallery />
        <StateGallery />
        <FormGallery />
        <ListGallery />
        <PlaceGallery />
        <AbsenceGallery />
      </Page>
    </main>
  );
}
