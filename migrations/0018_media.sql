-- What a bulletin carries in front of its card: up to three pictures beside the one in the card, or a video.
alter table bulletins add column media jsonb not null default '[]'
    constraint media_is_a_short_list check (jsonb_typeof(media) = 'array' and jsonb_array_length(media) <= 3);
create index bulletins_by_media on bulletins using gin (media jsonb_path_ops) where media <> '[]';
