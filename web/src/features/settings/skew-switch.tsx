import type { Schemas } from '@/api/client';
import { Switch } from '@/components/switch';
import { useSaveEnvironment } from './use-save-environment';

type Props = { environment: Schemas['Environment']; reason: string | undefined };

/** SkewSwitch turns skew protection of an environment on or off. It holds at once. */
export function SkewSwitch({ environment, reason }: Props) {
  const { save, isPending } = useSaveEnvironment(environment);

  return (
    <Switch
      label={environment.slug}
      checked={environment.skew_protection}
      onChange={(checked) => save({ skew_protection: checked })}
      disabled={reason !== undefined || isPending}
    />
  );
}
