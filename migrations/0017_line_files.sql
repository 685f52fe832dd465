-- The requests of one bulletin in their order, for its file.
create index office_requests_of_bulletin on office_requests (bulletin_id, id);
