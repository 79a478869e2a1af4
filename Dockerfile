# syntax=docker/dockerfile:1
# auditlint alone, for a user without rights: docker build -t auditlint . && docker run --rm -v "$PWD:/work" auditlint
ARG PYTHON=3.13
FROM python:${PYTHON}-slim AS build
COPY . /source
RUN /source/integrations/install python3 /opt/auditlint \
 && /opt/auditlint/bin/python -m pip --quiet uninstall --yes pip

FROM python:${PYTHON}-slim
COPY --from=build /opt/auditlint /opt/auditlint
ENV PATH=/opt/auditlint/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["auditlint"]
CMD ["check", "."]
