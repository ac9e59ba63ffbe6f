import { z } from 'zod';
import type { HttpContext } from '../context.ts';
import { noticeLanguage, noticeLanguages, writeNotice } from '../notice/notice.ts';
import { NOTICE_STYLE, noticePage } from '../notice/notice-page.ts';
import { problem } from '../problem.ts';
import { defineRoute, json, type Route } from '../route.ts';
import { CameraChangeBody, CameraList, CameraSavedView, NoticeQuery, NoticeView, TrafficView } from '../schemas/cameras.ts';
import { Id } from '../schemas/common.ts';

const CameraParams = z.strictObject({ id: Id });

/** How long one who looks too often has to wait. */
const LOOK_AGAIN_MS = 500;

/** What managers see of people on the floor, how they set cameras up, and what shoppers are told of them. */
export function cameraRoutes({ ports: { cameras } }: HttpContext): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/traffic',
      policy: 'viewer',
      group: 'manager',
      summary: 'Where people were in the last day, hour by hour, which way they went, and the queues now',
      responses: { 200: { description: 'Counts of places, never of a person', schema: TrafficView } },
      handle: () => json(200, cameras.traffic()),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/cameras',
      policy: 'manager',
      group: 'manager',
      summary: 'The cameras and what is drawn into their pictures',
      responses: { 200: { description: 'The cameras', schema: CameraList } },
      handle: () => json(200, cameras.list()),
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/store/cameras/:id/picture',
      policy: 'manager',
      group: 'manager',
      summary: 'The next picture of a camera, straight from memory: it is stored nowhere, and only a signed-in manager gets it',
      params: CameraParams,
      responses: { 200: { description: 'The picture as the camera sent it', type: 'image/jpeg' } },
      handle: async ({ params }) => {
        const picture = await cameras.picture(params.id);
        if (picture === 'too-soon') return problem('too-many-requests', { retryAfterMs: LOOK_AGAIN_MS });
        if (typeof picture === 'string') return problem(picture);
        return { kind: 'content', status: 200, type: 'image/jpeg', body: Buffer.from(picture), headers: NOT_KEPT };
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/api/v1/store/cameras/:id',
      policy: 'manager',
      group: 'manager',
      summary: 'Writes what was drawn into the picture of a camera to the configuration, and uses it',
      params: CameraParams,
      body: CameraChangeBody,
      responses: { 200: { description: 'Saved, or the lines to put into the configuration by hand', schema: CameraSavedView } },
      handle: async ({ params, body, caller }) => {
        const saved = await cameras.save(params.id, body, caller.name);
        switch (saved.kind) {
          case 'unknown-camera':
            return problem('unknown-camera');
          case 'invalid':
            return problem('camera-not-right', {
              errors: saved.problems.map((message) => ({ field: 'camera', message: message.slice(0, 200) })),
            });
          case 'saved':
          case 'not-written':
            return json(200, saved);
        }
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/api/v1/notice',
      policy: 'public',
      group: 'shopper',
      summary: 'What shoppers are told of the cameras, in a language of the shop page',
      query: NoticeQuery,
      responses: { 200: { description: 'The notice', schema: NoticeView } },
      handle: ({ query, header }) => {
        const { back: _, ...notice } = writeNotice(cameras.notice(), noticeLanguage(query.lang ?? header('accept-language') ?? ''));
        return json(200, { ...notice, languages: noticeLanguages() } satisfies NoticeView);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/shop/privacy',
      policy: 'public',
      group: 'pages',
      summary: 'The notice about cameras as a page',
      query: NoticeQuery,
      responses: { 200: { description: 'The page', type: 'text/html' } },
      handle: ({ query, header }) => ({
        kind: 'content',
        status: 200,
        type: 'text/html; charset=utf-8',
        body: noticePage(writeNotice(cameras.notice(), noticeLanguage(query.lang ?? header('accept-language') ?? ''))),
      }),
    }),
    defineRoute({
      method: 'GET',
      path: '/shop/privacy.css',
      policy: 'public',
      group: 'pages',
      summary: 'How that page looks',
      responses: { 200: { description: 'The style', type: 'text/css' } },
      handle: () => ({ kind: 'content', status: 200, type: 'text/css; charset=utf-8', body: NOTICE_STYLE }),
    }),
  ];
}

/** Neither the browser nor anything on the way may keep it. */
const NOT_KEPT = { 'cache-control': 'no-store, no-cache, private', pragma: 'no-cache', 'content-disposition': 'inline' };
