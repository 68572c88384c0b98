import { expect, it } from 'vitest';
import { flatFields } from './flat-fields';

it('values in others are named by the way to them', () => {
  expect(flatFields({ order: { id: 42, items: ['a', null] }, empty: {}, none: [], __proto__x: true })).toEqual([
    { name: 'order.id', value: '42', isText: false },
    { name: 'order.items.0', value: 'a', isText: true },
    { name: 'order.items.1', value: 'null', isText: false },
    { name: 'empty', value: '{}', isText: false },
    { name: 'none', value: '[]', isText: false },
    { name: '__proto__x', value: 'true', isText: false },
  ]);
});
