import { Plus, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { ApiProblem } from '@/api/problem';
import { Button } from '@/components/button';
import { Confirm } from '@/components/confirm';
import { Dialog } from '@/components/dialog';
import { Menu, MenuHeading, MenuItem, MenuLink, MenuSeparator } from '@/components/menu';
import { useToast } from '@/components/toast';

/** DialogGallery opens what lies above a page: a menu, a message, a dialog, and one that asks before it deletes. */
export function DialogGallery() {
  const [open, setOpen] = useState<'dialog' | 'confirm'>();
  const toast = useToast();

  return (
    <>
      <Button onClick={() => setOpen('dialog')}>Dialog</Button>
      <Menu trigger={<Button>Menu</Button>}>
        <MenuHeading>Heading</MenuHeading>
        <MenuItem icon={RotateCw} onSelect={() => toast('Redeployed', 'The deployment has begun.')}>
          Show a message
        </MenuItem>
        <MenuItem icon={Plus} disabled hint="Viewers may not do this." onSelect={() => undefined}>
          Not possible now
        </MenuItem>
        <MenuLink to="/">Leads elsewhere</MenuLink>
        <MenuSeparator />
        <MenuItem icon={Trash2} danger onSelect={() => setOpen('confirm')}>
          Delete
        </MenuItem>
      </Menu>
      <Dialog
        open={open === 'dialog'}
        onOpenChange={() => setOpen(undefined)}
        title="Send visitors on"
        text="They keep their path and query."
        footer={<Button look="main">Save</Button>}
      >
        A dialog asks for something before anything else goes on.
      </Dialog>
      <Confirm
        open={open === 'confirm'}
        onOpenChange={() => setOpen(undefined)}
        title="Delete shop?"
        action="Delete"
        danger
        typed="shop"
        onConfirm={() => Promise.reject(new ApiProblem(409, 'A deployment is under way. Cancel it first.'))}
      >
        Two environments, five deployments and one domain go with it. Nothing brings them back.
      </Confirm>
    </>
  );
}
