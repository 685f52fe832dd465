// Every page that is tried for access, and of which there are pictures. Each says where it is, in a relay that has the
// bulletins of `story.mjs`; `themes` is narrowed where a page has one look only.

import { LINE_GROUPS } from './stage/relay.mjs';

/** `{ name, url, as? }` of each page; `as` names who is signed in. */
export function pages(relay, story) {
  return [
    { name: 'landing', url: `${relay.url}/` },
    { name: 'bulletin', url: story.letter.public_url },
    { name: 'bulletin-withdrawn', url: story.withdrawn.public_url },
    { name: 'bulletin-absent', url: `${relay.url}/b/nothing`, missing: true, picture: false },
    { name: 'sign-in', url: `${relay.url}/sign-in` },
    { name: 'welcome', url: story.invitation, picture: false },
    { name: 'welcome-used', url: `${relay.url}/welcome/nothing`, missing: true, picture: false },
    { name: 'nowhere', url: `${relay.url}/nowhere`, missing: true, picture: false },
    { name: 'home', as: 'operator', url: `${relay.url}/home`, picture: false },
    { name: 'account', as: 'operator', url: `${relay.url}/account`, picture: false },
    { name: 'waiting', as: 'lamphun', url: `${relay.url}/waiting` },
    { name: 'waiting-empty', as: 'nobody', url: `${relay.url}/waiting`, picture: false },
    { name: 'forward', as: 'lamphun', url: `${relay.url}/waiting/${story.waiting.id}` },
    { name: 'forward-all', as: 'lamphun', url: `${relay.url}/waiting/all`, picture: false },
    { name: 'forwarded', as: 'chiangmai', url: `${relay.url}/waiting/${story.waiting.id}` },
    { name: 'group-settings', as: 'lamphun', url: `${relay.url}/groups/gcc2-lamphun/settings` },
    { name: 'bulletins', as: 'publisher', url: `${relay.url}/bulletins` },
    { name: 'bulletins-none', as: 'publisher', url: `${relay.url}/bulletins?q=ไม่มีคำนี้`, picture: false },
    { name: 'compose', as: 'publisher', url: `${relay.url}/bulletins/new` },
    { name: 'compose-edit', as: 'publisher', url: `${relay.url}/bulletins/${story.draft.id}/edit`, picture: false },
    { name: 'draft', as: 'publisher', url: `${relay.url}/bulletins/${story.draft.id}`, picture: false },
    { name: 'publish', as: 'publisher', url: `${relay.url}/bulletins/${story.draft.id}/publish` },
    { name: 'bulletin-published', as: 'publisher', url: `${relay.url}/bulletins/${story.letter.id}`, picture: false },
    { name: 'bulletin-taken-back', as: 'operator', url: `${relay.url}/bulletins/${story.withdrawn.id}`, picture: false },
    { name: 'board', as: 'operator', url: `${relay.url}/board` },
    { name: 'board-bulletin', as: 'operator', url: `${relay.url}/board/${story.waiting.id}` },
    { name: 'board-settled', as: 'operator', url: `${relay.url}/board/${story.letter.id}`, picture: false },
    { name: 'board-province', as: 'operator', url: `${relay.url}/board/${story.waiting.id}/provinces/51`, picture: false },
    { name: 'board-retry', as: 'operator', url: `${relay.url}/board/${story.letter.id}/retry`, picture: false },
    { name: 'receipt', as: 'operator', url: `${relay.url}/board/${story.letter.id}/receipt` },
    { name: 'board-of-a-province', as: 'agency', url: `${relay.url}/board`, picture: false },
    { name: 'group', as: 'operator', url: `${relay.url}/groups/gcc2-lamphun`, picture: false },
    { name: 'delivery', as: 'operator', url: `${relay.url}/deliveries/${story.delivery}` },
    { name: 'channels', as: 'operator', url: `${relay.url}/channels` },
    { name: 'failures', as: 'operator', url: `${relay.url}/failures` },
    { name: 'forbidden', as: 'agency', url: `${relay.url}/accounts`, missing: true, picture: false },
    { name: 'api-document', url: `${relay.url}/docs`, languages: ['en'], picture: false },
    { name: 'line-chats', url: `${relay.lineUrl}/`, themes: ['light'], languages: ['th'] },
    { name: 'line-chat', url: relay.chat('gcc1'), themes: ['light'], languages: ['th'] },
    { name: 'line-chat-without-account', url: `${relay.lineUrl}/groups/${LINE_GROUPS['gcc2-moi']}`, themes: ['light'], languages: ['th'] },
  ];
}
