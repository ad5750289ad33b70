# The sidecar in a task definition for Fargate. The container itself stands in container-definition.json, so that both
# ways of deploying have one text; what depends on the account is put in its place here.

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "image" {
  description = "The image of fargazer, by digest."
  type        = string
}

variable "family" {
  description = "Family of the task definition; also the folder of its votes."
  type        = string
  default     = "checkout"
}

variable "containers" {
  description = "The containers that the task has already, as they are."
  type        = any
}

variable "execution_role_arn" {
  type = string
}

variable "topic_arn" {
  description = "Topic of the alerts."
  type        = string
}

variable "votes_bucket" {
  description = "Name of the bucket of what tasks learned."
  type        = string
}

variable "region" {
  type = string
}

locals {
  # Whatever the table of the example says of names is replaced; the rest is taken as it stands.
  example = jsondecode(file("${path.module}/container-definition.json"))
  folder  = "sidecar/${var.family}/"
  told = {
    FARGAZER_SINK   = "jsonl sns:${var.topic_arn}"
    FARGAZER_CONFIG = "store: ${jsonencode({ s3 = { bucket = var.votes_bucket, prefix = local.folder } })}\n"
  }
  sidecar = merge(local.example, {
    image       = var.image
    environment = [for one in local.example.environment : { name = one.name, value = lookup(local.told, one.name, one.value) }]
    logConfiguration = {
      logDriver = "awslogs"
      options = {
        "awslogs-group"         = aws_cloudwatch_log_group.fargazer.name
        "awslogs-region"        = var.region
        "awslogs-stream-prefix" = "fargazer"
      }
    }
  })
}

resource "aws_cloudwatch_log_group" "fargazer" {
  name              = "/ecs/${var.family}-fargazer"
  retention_in_days = 30
}

resource "aws_ecs_task_definition" "task" {
  family                   = var.family
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 512
  memory                   = 1024
  pid_mode                 = "task"
  execution_role_arn       = var.execution_role_arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions    = jsonencode(concat(var.containers, [local.sidecar]))

  volume {
    name = "fargazer-state"
  }
}

# Use the role that the task has already instead, and attach the policy to it.
resource "aws_iam_role" "task" {
  name_prefix = "${var.family}-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "fargazer" {
  name = "fargazer"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Effect   = "Allow"
        Action   = "sns:Publish"
        Resource = var.topic_arn
      },
      {
        Effect = "Allow"
        Action = ["s3:GetObject", "s3:PutObject"]
        Resource = [
          "arn:aws:s3:::${var.votes_bucket}/${local.folder}items/votes-*",
          "arn:aws:s3:::${var.votes_bucket}/${local.folder}parts/*",
        ]
      },
      {
        Effect   = "Allow"
        Action   = "s3:DeleteObject"
        Resource = "arn:aws:s3:::${var.votes_bucket}/${local.folder}parts/*"
      },
      {
        Effect   = "Allow"
        Action   = "s3:ListBucket"
        Resource = "arn:aws:s3:::${var.votes_bucket}"
      },
    ]
  })
}
