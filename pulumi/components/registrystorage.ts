import { R2Bucket } from '@pulumi/cloudflare/r2bucket.js';
import { R2BucketLifecycle } from '@pulumi/cloudflare/r2bucketLifecycle.js';
import * as pulumi from '@pulumi/pulumi';
import type { Settings } from '../settings/schema.ts';

const day = 24 * 60 * 60;

// RegistryStorage is the bucket of the image registry. Uploads that nobody has ended within two days go. Nothing else goes by its age: an old layer may belong to
// an image that is live, and the registry alone knows.
export class RegistryStorage extends pulumi.ComponentResource {
  constructor(name: string, { accountId, registry: { storage } }: Settings, options?: pulumi.ComponentResourceOptions) {
    super('zeitwork:index:RegistryStorage', name, {}, options);

    if (storage.kind === 'r2') {
      const { jurisdiction } = storage;
      const bucket = new R2Bucket(
        'registry',
        { accountId, name: storage.bucket, jurisdiction, ...(storage.location ? { location: storage.location } : {}) },
        // Without its layers no app could be started again.
        { parent: this, protect: true },
      );
      new R2BucketLifecycle(
        'registry',
        {
          accountId,
          bucketName: bucket.name,
          jurisdiction,
          rules: [
            {
              id: 'Abort uploads that nobody has ended',
              enabled: true,
              conditions: { prefix: '' },
              abortMultipartUploadsTransition: { condition: { type: 'Age', maxAge: 2 * day } },
            },
          ],
        },
        { parent: this },
      );
    }
    this.registerOutputs({});
  }
}
