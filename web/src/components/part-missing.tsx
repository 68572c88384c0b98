import { Button } from './button';
import { Notice } from './notice';

/** PartMissing stands in the place of a part of the dashboard that could not be loaded. */
export function PartMissing() {
  return (
    <div className="fixed right-4 bottom-4 z-60 max-w-sm text-left">
      <Notice
        tone="warn"
        title="A part of this page could not be loaded"
        live
        actions={
          <Button size="small" onClick={() => window.location.reload()}>
            Load again
          </Button>
        }
      >
        The connection is lost, or the dashboard was replaced by a newer one. What you have typed is still here until the page is loaded
        again.
      </Notice>
    </div>
  );
}
