# UNTESTED: no engine for containers ran where this was written. It follows the steps of the README.
#
#   docker build --tag rearguard .
#   docker run --rm --volume "$PWD/results:/work/results" rearguard run /scenarios/mali-2023.toml
FROM rust:1.95-slim-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY src ./src
COPY docs ./docs
COPY scenarios ./scenarios
COPY benches ./benches
COPY tests ./tests
RUN cargo install --locked --path . --root /built

FROM debian:bookworm-slim
COPY --from=build /built/bin/rearguard /usr/local/bin/rearguard
COPY scenarios /scenarios
WORKDIR /work
ENTRYPOINT ["rearguard"]
CMD ["--help"]
