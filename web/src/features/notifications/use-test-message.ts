import { useMutation, useQueryClient } from '@tanstack/react-query';
import { api, type Schemas } from '@/api/client';
import { asProblem } from '@/api/problem';
import { channelsQuery } from '@/api/queries/notifications';
import { useToast } from '@/components/toast';

type Channel = Schemas['NotificationChannel'];

// A server has fifteen seconds to take a message; one that waits for a worker has some more.
const looks = 45;
const pause = 1000;

/** useTestMessage returns a mutation that sends a test message to a channel, and says whether it was taken. */
export function useTestMessage(organisationId: string) {
  const queryClient = useQueryClient();
  const toast = useToast();

  return useMutation({
    mutationFn: async (channel: Channel) => {
      const params = { path: { organisation_id: organisationId, channel_id: channel.id } };
      const { data: sent } = await api.POST('/v1/organisations/{organisation_id}/notification-channels/{channel_id}/test', { params });

      for (let look = 0; look < looks; look++) {
        await new Promise((resolve) => setTimeout(resolve, pause));
        const { data } = await api.GET('/v1/organisations/{organisation_id}/notification-channels/{channel_id}/deliveries', { params });
        const delivery = data?.items?.find(({ id }) => id === sent?.id);
        if (delivery && delivery.state !== 'pending') return delivery;
      }

      return undefined;
    },
    onSuccess: (delivery, { name }) => {
      const short = name.slice(0, 100);
      if (!delivery) toast(`The test message to ${short} is still on its way`);
      else if (delivery.state === 'delivered') toast(`${short} has taken the test message`);
      else toast(`${short} has not taken the test message`, delivery.problem);
    },
    onError: (error, { name }) => toast(`No test message to ${name.slice(0, 100)}`, asProblem(error).message),
    onSettled: () => queryClient.invalidateQueries(channelsQuery(organisationId)),
  });
}
