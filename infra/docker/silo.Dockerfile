# One silo of a cluster. From the repository's root:
#   docker build -f infra/docker/silo.Dockerfile -t inference-silo:0.1.0 .
# Pipelines are part of the image: FROM inference-silo:0.1.0, then COPY your folders to /models, makes one with your own.
ARG DOTNET_VERSION=10.0
FROM --platform=$BUILDPLATFORM mcr.microsoft.com/dotnet/sdk:${DOTNET_VERSION}-noble AS build
ARG TARGETARCH
WORKDIR /source
COPY global.json nuget.config .editorconfig Directory.Build.props Directory.Build.targets Directory.Packages.props ./
COPY build build
COPY src src
# CloudHosting adds Azure's and Kubernetes' hosting beside the program.
RUN dotnet publish src/Orleans.Inference.Silo -c Release -a $TARGETARCH --self-contained false -p:CloudHosting=true -p:PublishDocumentationFiles=false -o /app
# Made here because the runtime's image has no shell.
RUN mkdir /empty

# Chiselled: no shell, no package manager. It needs a writable /state and /tmp, and nothing else: run it with a read-only root.
FROM mcr.microsoft.com/dotnet/aspnet:${DOTNET_VERSION}-noble-chiseled
WORKDIR /app
COPY --from=build /app ./
COPY --from=build --chown=1654:1654 /empty /state
COPY models /models
# ONNX Runtime reports to its maker unless told not to.
ENV ORT_DISABLE_TELEMETRY=1
USER 1654:1654
VOLUME ["/state", "/tmp"]
# HTTP, silo to silo, gateway.
EXPOSE 8080 11111 30000
ENTRYPOINT ["/app/inference-silo"]
CMD ["run", "/models/fraud", "--engine", "orleans", "--urls", "http://0.0.0.0:8080", "--state", "/state"]
